// Package recommendeval measures recommendations on held-back behaviour: it
// reads public data sets, splits them as their protocols say, trains the shop's
// own recommender and simple ones beside it, and reports ranking metrics.
package recommendeval

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/recommend"
)

// Task is what is trained on and what is to be found.
type Task struct {
	Name  string
	Train []recommend.Interaction // by user, oldest first
	Items []recommend.Item
	Cases []Case
	// Seen lets items be recommended that the user had: the next basket.
	Seen bool
}

// Case is a user and what they took to afterwards.
type Case struct {
	User    string
	Targets map[string]bool
	At      time.Time // when; zero: after all
}

// Half keeps the cases of users whose number is even, or odd.
func Half(tasks []Task, odd bool) []Task {
	out := slices.Clone(tasks)
	for i := range out {
		out[i].Cases = slices.DeleteFunc(slices.Clone(out[i].Cases), func(c Case) bool {
			last := c.User[len(c.User)-1]
			return (last%2 == 1) != odd // digits have the parity of their codes
		})
	}
	return out
}

// open reads a file, plain or gzip.
func open(path string) (io.ReadCloser, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReader(file)
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
		}
		return struct {
			io.Reader
			io.Closer
		}{unzipped, file}, nil
	}
	return struct {
		io.Reader
		io.Closer
	}{buffered, file}, nil
}

// basket is one invoice of a customer.
type basket struct {
	invoice string
	at      time.Time
	items   []string // each once
}

// Retail reads Online Retail and holds each customer's last basket back: the
// tasks NOVEL (items not bought before) and REPEAT (the whole next basket).
func Retail(path string) ([]Task, error) {
	customers, titles, err := baskets(path)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(customers))
	for c := range customers {
		names = append(names, c)
	}
	slices.Sort(names)
	novel, repeat := Task{Name: "novel"}, Task{Name: "repeat", Seen: true}
	known := map[string]bool{}
	var last []Case
	had := map[string]map[string]bool{}
	for _, c := range names {
		all := customers[c]
		slices.SortFunc(all, func(a, b *basket) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.invoice, b.invoice)) })
		train := all
		if len(all) > 1 {
			train = all[:len(all)-1]
			target := Case{c, map[string]bool{}, all[len(all)-1].at}
			for _, item := range all[len(all)-1].items {
				target.Targets[item] = true
			}
			last = append(last, target)
		}
		had[c] = map[string]bool{}
		for _, b := range train {
			for _, item := range b.items {
				known[item], had[c][item] = true, true
				novel.Train = append(novel.Train, recommend.Interaction{User: c, Item: item, Kind: recommend.Purchase, Time: b.at})
			}
		}
	}
	repeat.Train = novel.Train
	for item := range known {
		novel.Items = append(novel.Items, recommend.Item{ID: item, Title: titles[item]})
	}
	slices.SortFunc(novel.Items, func(a, b recommend.Item) int { return cmp.Compare(a.ID, b.ID) })
	repeat.Items = novel.Items
	for _, c := range last {
		all, fresh := Case{c.User, map[string]bool{}, c.At}, Case{c.User, map[string]bool{}, c.At}
		for item := range c.Targets {
			if known[item] {
				all.Targets[item] = true
				if !had[c.User][item] {
					fresh.Targets[item] = true
				}
			}
		}
		if len(all.Targets) > 0 {
			repeat.Cases = append(repeat.Cases, all)
		}
		if len(fresh.Targets) > 0 {
			novel.Cases = append(novel.Cases, fresh)
		}
	}
	return []Task{novel, repeat}, nil
}

func baskets(path string) (map[string][]*basket, map[string]string, error) {
	file, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	r := csv.NewReader(file)
	head, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[name] = i
	}
	for _, name := range []string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"} {
		if _, ok := at[name]; !ok {
			return nil, nil, fmt.Errorf("%s: the column %s is missing", path, name)
		}
	}
	by := map[string]*basket{}
	customers, titles := map[string][]*basket{}, map[string]string{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return customers, titles, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		customer, invoice, item := row[at["CustomerID"]], row[at["InvoiceNo"]], row[at["StockCode"]]
		quantity, _ := strconv.ParseFloat(row[at["Quantity"]], 64)
		price, _ := strconv.ParseFloat(row[at["UnitPrice"]], 64)
		if customer == "" || strings.HasPrefix(invoice, "C") || quantity <= 0 || price <= 0 || len(item) < 5 || strings.Trim(item[:5], "0123456789") != "" {
			continue
		}
		when, err := time.Parse("2006-01-02 15:04:05", strings.Replace(row[at["InvoiceDate"]], "T", " ", 1))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: the date %q: %w", path, row[at["InvoiceDate"]], err)
		}
		b := by[customer+" "+invoice]
		if b == nil {
			b = &basket{invoice: invoice, at: when}
			by[customer+" "+invoice] = b
			customers[customer] = append(customers[customer], b)
		}
		if when.Before(b.at) {
			b.at = when
		}
		if !slices.Contains(b.items, item) {
			b.items = append(b.items, item)
		}
		if titles[item] == "" {
			titles[item] = row[at["Description"]]
		}
	}
}

// MovieLens reads u.data (user, item, rating, time; tabs between) and holds a
// quarter of each item's ratings back, chosen as numpy does with the seed 42.
func MovieLens(path string) ([]Task, error) {
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	type rating struct {
		user, item string
		at         time.Time
		draw       float64
	}
	var all []rating
	random := newTwister(42)
	scanner := bufio.NewScanner(file)
	for line := 1; scanner.Scan(); line++ {
		f := strings.Fields(scanner.Text())
		if len(f) != 4 {
			return nil, fmt.Errorf("%s: line %d has %d fields, not 4", path, line, len(f))
		}
		seconds, err := strconv.ParseInt(f[3], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: the time %q is no number", path, line, f[3])
		}
		all = append(all, rating{"u" + f[0], "i" + f[1], time.Unix(seconds, 0).UTC(), random.float()})
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	byItem := map[string][]rating{}
	for _, r := range all {
		byItem[r.item] = append(byItem[r.item], r)
	}
	t := Task{Name: "movielens"}
	targets := map[string]map[string]bool{}
	known := map[string]bool{}
	for item, of := range byItem {
		slices.SortFunc(of, func(a, b rating) int { return cmp.Compare(a.draw, b.draw) })
		cut := int(math.RoundToEven(0.75 * float64(len(of))))
		for i, r := range of {
			if i < cut {
				known[item] = true
				t.Train = append(t.Train, recommend.Interaction{User: r.user, Item: item, Kind: recommend.Purchase, Time: r.at})
				continue
			}
			if targets[r.user] == nil {
				targets[r.user] = map[string]bool{}
			}
			targets[r.user][item] = true
		}
	}
	slices.SortFunc(t.Train, func(a, b recommend.Interaction) int {
		return cmp.Or(cmp.Compare(a.User, b.User), a.Time.Compare(b.Time), cmp.Compare(a.Item, b.Item))
	})
	for user, of := range targets {
		t.Cases = append(t.Cases, Case{User: user, Targets: of})
	}
	slices.SortFunc(t.Cases, func(a, b Case) int { return cmp.Compare(a.User, b.User) })
	for item := range known {
		t.Items = append(t.Items, recommend.Item{ID: item})
	}
	slices.SortFunc(t.Items, func(a, b recommend.Item) int { return cmp.Compare(a.ID, b.ID) })
	return []Task{t}, nil
}

// twister is MT19937 (Matsumoto and Nishimura 1998), as numpy's legacy
// generator draws from it.
type twister struct {
	state [624]uint32
	at    int
}

func newTwister(seed uint32) *twister {
	t := &twister{at: 624}
	t.state[0] = seed
	for i := 1; i < len(t.state); i++ {
		t.state[i] = 1812433253*(t.state[i-1]^t.state[i-1]>>30) + uint32(i) //nolint:gosec // below 624
	}
	return t
}

func (t *twister) next() uint32 {
	if t.at == len(t.state) {
		for i := range t.state {
			y := t.state[i]&0x80000000 | t.state[(i+1)%624]&0x7fffffff
			t.state[i] = t.state[(i+397)%624] ^ y>>1
			if y&1 == 1 {
				t.state[i] ^= 0x9908b0df
			}
		}
		t.at = 0
	}
	y := t.state[t.at]
	t.at++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// float draws from [0, 1) with 53 bits.
func (t *twister) float() float64 {
	a, b := t.next()>>5, t.next()>>6
	return (float64(a)*67108864 + float64(b)) / 9007199254740992
}
