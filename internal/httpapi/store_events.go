package httpapi

import (
	"context"
	"net/http"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
)

const tagDiscover = "store: discovery"

// shopperEvent is what a shop's pages tell of a shopper.
type shopperEvent struct {
	Kind     analytics.Kind `json:"kind" enum:"view,click,cart" doc:"A product's page was seen; a product in an answer was chosen; it was put into the cart"`
	Product  core.ProductID `json:"product_id" maxLength:"80"`
	Answer   core.EventID   `json:"answer_id,omitempty" maxLength:"80" doc:"answer_id of the search or the recommendations that led here"`
	Position int            `json:"position,omitempty" minimum:"0" maximum:"1000000" doc:"The product's place in that answer, from 1; 0 is where the answer has it"`
	Quantity int64          `json:"quantity,omitempty" minimum:"0" maximum:"1000000" doc:"Pieces put into the cart"`
	Session  string         `json:"session,omitempty" maxLength:"100" doc:"Names the visitor, who need not be signed in; use the cart's ID once there is one, so that purchases are put down to what led to them"`
	Region   string         `json:"region,omitempty" maxLength:"100"`
}

func (a *api) storeEvents() {
	handle(a, route{method: http.MethodPost, path: "/events", perm: core.PermPublic, tag: tagDiscover, status: http.StatusAccepted, summary: "Tell what a shopper did",
		description: "Searches and recommendations get better by it, and reports tell what they are worth. Purchases are known without."},
		func(ctx context.Context, s Services, in *struct {
			Body struct {
				Events []shopperEvent `json:"events" minItems:"1" maxItems:"100"`
			}
		}) (*body[list[core.EventID]], error) {
			events := make([]analytics.Event, len(in.Body.Events))
			for i, e := range in.Body.Events {
				events[i] = analytics.Event{Kind: e.Kind, Product: e.Product, Answer: e.Answer, Position: e.Position, Quantity: e.Quantity, Session: e.Session, Region: e.Region}
			}
			stored, err := s.Analytics.Record(ctx, events...)
			out := list[core.EventID]{Items: []core.EventID{}}
			for _, e := range stored {
				out.Items = append(out.Items, e.ID)
			}
			return &body[list[core.EventID]]{Status: http.StatusAccepted, Body: out}, err
		})
}
