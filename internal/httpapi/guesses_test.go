package httpapi_test

import (
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega"
)

// guesser is a shop whose clock stands still and which believes what its
// clients say about their address.
func guesser(t *testing.T, burst int) (f *storefront, pass func(time.Duration)) {
	now := time.Now()
	f = openStorefront(t, func(c *bodega.Config) {
		c.Clock = func() time.Time { return now }
		c.HTTP.Guesses = bodega.Guesses{Burst: burst, Every: time.Minute}
		c.HTTP.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	})
	return f, func(d time.Duration) { now = now.Add(d) }
}

func TestWrongGuessesOfOrdersHaveToWait(t *testing.T) {
	t.Parallel()
	f, pass := guesser(t, 3)
	at := f.guest().filled().Header.Get("Location")
	number := f.guest().post(at+"/complete", pay("manual", "")).is(201).str("order.number")
	ask := func(from, number, email string) answer {
		return f.guest().with("X-Forwarded-For", from).post("/store/orders/lookup", object{"number": number, "email": email})
	}
	for range 10 {
		ask("2001:db8::1", number, "ann@example.org").is(200) // to be right costs nothing
	}
	for i := range 3 {
		ask("2001:db8::1", number, "not"+strconv.Itoa(i)+"@example.org").is(404, "order_not_found")
	}
	w := ask("2001:db8::2", "0000-0000-00", "ann@example.org").is(429, "rate_limited") // of the same network
	require.Equal(t, "60", w.Header.Get("Retry-After"))
	require.Equal(t, "application/problem+json", w.Header.Get("Content-Type"))
	ask("2001:db8::1", number, "ann@example.org").is(429)    // nor does it help to be right now
	ask("198.51.100.7", number, "x@example.org").is(429)     // the number is guarded against many addresses
	ask("198.51.100.7", "#"+number, "x@example.org").is(429) // however it is typed
	ask("198.51.100.7", "", "x@example.org").is(422)         // no guess
	ask("198.51.100.7", "0000-0000-00", "x@example.org").is(404)
	pass(time.Minute)
	ask("2001:db8::1", number, "ann@example.org").is(200)
	ask("2001:db8::1", number, "x@example.org").is(404)
	ask("2001:db8::1", number, "x@example.org").is(429)
}

func TestWrongCodesHaveToWait(t *testing.T) {
	t.Parallel()
	f, _ := guesser(t, 3)
	from := func(address string) caller { return f.guest().with("X-Forwarded-For", address) }
	cart := from("192.0.2.1").post("/store/carts", object{"codes": []string{"TEN"}}).is(201).str("id")
	for range 5 {
		from("192.0.2.1").do(http.MethodPatch, "/store/carts/"+cart, object{"codes": []string{"ten"}}).is(200)
	}
	from("192.0.2.1").post("/store/carts/"+cart+"/codes", object{"code": "NO1"}).is(422, "unknown_code")
	from("192.0.2.1").do(http.MethodPatch, "/store/carts/"+cart, object{"codes": []string{"NO2", "TEN"}}).is(200)
	from("192.0.2.1").post("/store/carts", object{"codes": []string{"NO3"}}).is(201)
	from("192.0.2.1").post("/store/carts", object{"codes": []string{"NO4"}}).is(429, "rate_limited")
	from("192.0.2.1").post("/store/carts", object{}).is(201) // nothing is guessed
	from("192.0.2.2").post("/store/carts/"+cart+"/codes", object{"code": "NO5"}).is(422)
	from("192.0.2.3").post("/store/carts/"+cart+"/codes", object{"code": "NO6"}).is(429) // the cart is guarded as well
	from("192.0.2.3").post("/store/carts", object{"codes": []string{"TEN"}}).is(201)
}

func TestGuessesCanBeFree(t *testing.T) {
	t.Parallel()
	f, _ := guesser(t, -1)
	for range 50 {
		f.guest().post("/store/orders/lookup", object{"number": "0000-0000-00", "email": "x@example.org"}).is(404)
	}
}

func TestGuessesAtOnceAreNotCheckedSideBySide(t *testing.T) {
	t.Parallel()
	f, _ := guesser(t, 5)
	answers := make(chan int, 40)
	for range cap(answers) {
		go func() {
			answers <- f.guest().post("/store/orders/lookup", object{"number": "0000-0000-00", "email": "x@example.org"}).StatusCode
		}()
	}
	wrong := 0
	for range cap(answers) {
		if <-answers == http.StatusNotFound {
			wrong++
		}
	}
	require.Equal(t, 5, wrong)
}
