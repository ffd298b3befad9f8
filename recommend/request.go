package recommend

import "time"

// Placement is where an answer is shown.
type Placement string

// The placements the engine answers for.
const (
	PlaceHome     Placement = "home"
	PlaceSimilar  Placement = "similar"
	PlaceGoesWith Placement = "goes-with"
	PlaceCart     Placement = "cart"
	PlaceCampaign Placement = "campaign"
	PlaceRebuy    Placement = "rebuy"
	PlaceRerank   Placement = "rerank"
	PlacePopular  Placement = "popular"
)

// Request asks for recommendations. The zero value asks for ten items for
// nobody in particular.
type Request struct {
	// User is a customer or a session. Default nobody.
	User string
	// Items are those on the page or in the cart; they are not recommended.
	Items []string
	// Context of the request. Default none.
	Context Context
	// Exclude names items not to show. Default none.
	Exclude []string
	// Rules beside those of the engine; the stricter counts. Default none.
	Rules []Rules
	// Limit is how many items at most, up to 1,000. Default 10.
	Limit int
}

// Context is what is known beside the user.
type Context struct {
	Category string // keeps to the category. Default all
	Region   string // where the shopper is; items not sold there are not shown
}

// Recommendation is an answer.
type Recommendation struct {
	User         string
	Items        []Recommended
	Placement    Placement
	ModelVersion string // empty before the first training
	Bucket       string // of the experiment, empty without one
	RequestID    string // to put events down to this answer
	Degraded     string // what could not be asked: all is as good, and slower
}

// Recommended is an item with its reasons.
type Recommended struct {
	ID          string
	Score       float64
	Explanation Explanation
	Sources     []Contribution // the models that spoke for it, the strongest first
	// Propensity is the chance there was of exploring in a place, for an item
	// that explores; 0 for others.
	Propensity float64
}

// Reason is why an item is there.
type Reason string

// The reasons.
const (
	ForYou      Reason = "for you"     // what the user did, as a whole
	BecauseOf   Reason = "because of"  // items the user had to do with
	SharesWith  Reason = "shares with" // content in common with items
	BoughtWith  Reason = "bought with" // items it is bought together with
	Trending    Reason = "popular"     // many others
	TimeToRebuy Reason = "buy again"   // bought before and due
	Pinned      Reason = "pinned"      // the shop's choice
	Exploring   Reason = "new to try"  // little is known of it yet
)

// Explanation says why an item is recommended.
type Explanation struct {
	Kind      Reason
	BecauseOf []string // items of the user or the request
}

// Contribution is what a model gave to a score.
type Contribution struct {
	Model  string
	Weight float64 // its part of the score, before boosts
}

// Due is an item that a user may want again.
type Due struct {
	User, Item string
	Last       time.Time     // the last purchase
	Every      time.Duration // typical time between purchases
	At         time.Time     // when it is due
}
