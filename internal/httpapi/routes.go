package httpapi

import (
	"mime"
	"net/http"
)

// routes registers every operation.
func (a *api) routes() {
	a.storeMarket()
	a.storeProducts()
	a.storeOrg()
	a.storeImages()
	a.storeReviews()
	a.storeCarts()
	a.storeOrders()
	a.storeAccount()
	a.storeSearch()
	a.storeRecommend()
	a.storeEvents()
	a.auth()
	a.admin()
}

func isJSON(r *http.Request) bool {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (t == "application/json" || t == "")
}
