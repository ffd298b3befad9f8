package demo

import (
	"math"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/review"
)

// opinion is what people write about things they rate alike: {noun}, {stuff},
// {color} and {name} are the product's.
type opinion struct{ titles, starts, details, ends []string }

// opinions are for 1 or 2, 3, 4 and 5 stars.
func opinions() [4]opinion {
	return [4]opinion{
		{[]string{"Disappointed", "Not worth it", "Sent it back", "Expected more", "Not for me"},
			[]string{"Sadly the {noun} did not keep what the pictures promised.", "I wanted to like {name}, but no.", "Mine arrived with a flaw and I sent it back.",
				"For this price I expected more care."},
			[]string{"The {stuff} feels thinner than described.", "The color is nothing like {color} in daylight.", "After two weeks it already shows its age.",
				"It is smaller than it looks in the photo.", "The finish was uneven on one side."},
			[]string{"The shop was kind about the refund, though.", "I would not buy it again.", "A pity, the idea is good.", "Customer service answered within a day, one star for that."}},
		{[]string{"Okay", "Decent, with limits", "Fine for the price", "Mixed feelings", "Good, not great"},
			[]string{"It is a decent {noun}, no more and no less.", "Does what it should, but I am not in love.", "I had hoped for a bit more from {name}."},
			[]string{"The {stuff} is fine.", "The color is darker than I thought.", "Delivery took longer than announced.", "One has to get used to the size.",
				"It marks easily, so treat it gently."},
			[]string{"I will keep it.", "On sale I would buy it again.", "My partner likes it more than I do.", "Useful, just not special."}},
		{[]string{"Very good", "Happy with it", "Nearly perfect", "Well made", "Good choice"},
			[]string{"A really good {noun}.", "I use {name} almost every day now.", "Bought after long thinking, and I am glad.", "Well packed, quickly delivered, nicely made."},
			[]string{"The {stuff} feels solid.", "The {color} is lovely in the evening light.", "It is a little heavier than I thought, which I have come to like.",
				"Only the instructions could be better.", "It goes well with what I had already."},
			[]string{"One star off because of the price.", "I would recommend it.", "Would buy it again.", "Let us see how it ages."}},
		{[]string{"Love it", "Exactly right", "Beautiful", "Better than expected", "A joy every day", "Perfect present"},
			[]string{"I love this {noun}!", "{name} is even nicer than in the pictures.", "The best {noun} I have had so far.", "Gave it to my sister and had to order another one for myself.",
				"Simple, beautiful, made to last."},
			[]string{"You can tell that somebody thought about the details.", "The {stuff} is wonderful to touch.", "The {color} is exactly what I had in mind.",
				"After three months it still looks like new.", "Friends keep asking where it is from."},
			[]string{"Thank you!", "Worth every cent.", "I have already ordered a second one.", "Highly recommended.", "The shop has a new regular."}},
	}
}

// reviews lets some of the buyers say what they think.
func (m *maker) reviews() {
	said := opinions()
	product := map[core.ProductID]int{}
	for i, p := range m.Products {
		product[p.ID] = i
	}
	stuff := map[string]string{}
	for _, x := range materials() {
		stuff[x.code] = x.name
	}
	names := map[core.CustomerID]string{}
	for _, c := range m.Customers {
		names[c.ID] = c.Name
	}
	done := map[string]bool{}
	for i := range m.Orders {
		o := &m.Orders[i]
		if o.Fulfilment != order.Delivered && o.Fulfilment != order.Returned && o.Fulfilment != order.PartiallyReturned {
			continue
		}
		for _, l := range o.Lines {
			at := o.PlacedAt.AddDate(0, 0, 8+m.rng.IntN(35)).Add(time.Duration(m.rng.IntN(36000)) * time.Second)
			key := string(o.Customer) + string(l.Product)
			chance := .085
			if l.Returned > 0 {
				chance = .35
			}
			if !m.chance(chance) || done[key] || at.After(m.Now) {
				continue
			}
			done[key] = true
			n := product[l.Product]
			g := &m.goods[n]
			stars := int(math.Round(m.around(g.quality+.25, .95)))
			if l.Returned > 0 {
				stars -= 2
			}
			stars = max(1, min(5, stars))
			color := l.Options["Color"]
			if color == "" {
				color = "shade"
			}
			form := n - m.firstOf[g.kind.code]
			name, _, _ := strings.Cut(m.Products[n].Title, " ")
			fill := strings.NewReplacer("{noun}", g.kind.noun, "{stuff}", stuff[g.kind.forms[form].material], "{color}", lower(color), "{name}", name)
			m.Reviews = append(m.Reviews, m.review(l.Product, o.Customer, names[o.Customer], stars, said[max(0, stars-2)], fill, at))
		}
	}
	for id, s := range m.stars() {
		sum := review.Summarize(id, s)
		m.Products[product[id]].Rating = catalog.Rating{Average: sum.Average, Count: sum.Count}
	}
}

// stars counts the reviews of products that are shown.
func (w *World) stars() map[core.ProductID][5]int64 {
	out := map[core.ProductID][5]int64{}
	for _, r := range w.Reviews {
		if r.Status == review.Approved {
			s := out[r.ProductID]
			s[r.Rating-1]++
			out[r.ProductID] = s
		}
	}
	return out
}

func (m *maker) review(p core.ProductID, who core.CustomerID, name string, stars int, o opinion, fill *strings.Replacer, at time.Time) review.Review {
	m.clock = at
	first, last, _ := strings.Cut(name, " ")
	author := first
	if last != "" && m.chance(.6) {
		author += " " + string([]rune(last)[0]) + "."
	}
	parts := []string{pick(m, o.starts)}
	if m.chance(.8) {
		parts = append(parts, pick(m, o.details))
	}
	if m.chance(.65) {
		parts = append(parts, pick(m, o.ends))
	}
	r := review.Review{ID: newID[core.ReviewID](m, core.PrefixReview), ProductID: p, Customer: who, Rating: stars, Body: fill.Replace(strings.Join(parts, " ")),
		Author: author, Verified: true, Status: review.Approved, Version: 1, CreatedAt: at, UpdatedAt: at}
	if m.chance(.85) {
		r.Title = fill.Replace(pick(m, o.titles))
	}
	switch {
	case at.After(m.Now.AddDate(0, 0, -4)) && m.chance(.5):
		r.Status = review.Pending
	case m.chance(.012):
		r.Status, r.Reason = review.Rejected, "Is about the delivery, not about the product."
	case stars <= 2 && m.chance(.4):
		if answered := at.Add(30 * time.Hour); answered.Before(m.Now) {
			r.Reply = &review.Reply{Body: "We are sorry to hear that. Please write to us: we will find a way to make it right.", At: answered}
		}
	}
	return r
}
