package demo

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// place is a country customers come from: how many of a hundred, and what names
// and towns are like there. Towns are "Town|postal code|region".
type place struct {
	country, locale string
	share           float64
	channel         int // of World.Channels
	first, last     string
	streets, towns  string
}

func places() []place {
	return []place{
		{"DE", "de", 40, 0, "Anna Lukas Marie Jonas Lena Paul Emma Felix Sophie Max Clara Ben Julia Tim Hannah David Greta Moritz Ida Anton Käthe Jürgen",
			"Müller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Schäfer Koch Richter Klein Wolf Schröder Neumann Schwarz Krüger Vogel",
			"Gartenstraße|Lindenweg|Bahnhofstraße|Am Mühlbach|Schillerstraße|Rosenweg|Hauptstraße",
			"Berlin|10437|,Hamburg|22765|,München|80469|,Köln|50823|,Leipzig|04229|,Freiburg|79098|,Dresden|01099|,Bremen|28203|"},
		{"AT", "de-AT", 9, 0, "Johanna Matthias Katharina Florian Theresa Simon Magdalena Jakob", "Gruber Huber Bauer Steiner Moser Hofer Leitner Berger",
			"Neugasse|Kirchengasse|Seestraße|Am Anger", "Wien|1070|,Graz|8010|,Salzburg|5020|,Innsbruck|6020|"},
		{"NL", "en", 7, 0, "Sanne Daan Fleur Bram Lotte Sem Roos Thijs", "Bakker Visser Smit Meijer Mulder Bos Vos Dekker", "Kerkstraat|Molenweg|Dorpsstraat|Prinsengracht",
			"Amsterdam|1016 GV|,Utrecht|3511 AB|,Groningen|9711 LM|"},
		{"FR", "en", 8, 0, "Camille Hugo Chloé Louis Manon Jules Inès Théo Zoé Rémi", "Martin Bernard Dubois Moreau Laurent Lefèvre Garnier Faure",
			"rue des Lilas|avenue de la Gare|rue du Moulin|place de l'Église", "Lyon|69004|,Nantes|44000|,Paris|75011|,Bordeaux|33000|"},
		{"IT", "en", 4, 0, "Giulia Marco Chiara Luca Elena Matteo", "Rossi Bianchi Ricci Conti Greco Marini", "Via Roma|Via dei Mille|Corso Garibaldi", "Bologna|40121|,Torino|10123|,Verona|37121|"},
		{"ES", "en", 3, 0, "Lucía Pablo Carmen Álvaro Marta Diego", "García López Sánchez Romero Núñez Vega", "Calle Mayor|Calle del Sol|Avenida del Mar", "Valencia|46003|,Bilbao|48008|"},
		{"BE", "en", 3, 0, "Elise Arthur Noor Victor", "Peeters Janssens Claes Dupont", "Stationsstraat|Rue Haute", "Gent|9000|,Bruxelles|1000|"},
		{"IE", "en", 2, 0, "Aoife Conor Niamh Cian", "Murphy Byrne Walsh Doyle", "Harbour Road|Chapel Street", "Galway|H91 E2X4|,Cork|T12 X8YT|"},
		{"SE", "en", 2, 0, "Elsa Nils Alva Erik", "Lindqvist Berg Holm Sjöberg", "Storgatan|Björkvägen", "Göteborg|411 04|,Uppsala|753 20|"},
		{"DK", "en", 2, 0, "Freja Mads Sofie Anders", "Nielsen Holm Lund Dahl", "Vestergade|Skovvej", "Aarhus|8000|,Odense|5000|"},
		{"US", "en-US", 12, 1, "Emily James Olivia Noah Ava Ethan Grace Henry Lily Owen Nora Caleb", "Carter Brooks Hayes Reed Foster Bennett Coleman Ward Parker Hughes",
			"Maple Avenue|Oak Street|Cedar Lane|2nd Street|Willow Drive", "Portland|97209|OR,Oakland|94607|CA,Brooklyn|11215|NY,Austin|78704|TX,Chicago|60614|IL,Seattle|98103|WA"},
		{"GB", "en-GB", 8, 2, "Amelia Oliver Isla George Poppy Harry Freya Alfie", "Taylor Davies Evans Wood Thompson Clarke Harris Shaw",
			"Church Lane|Station Road|Victoria Terrace|Mill Street", "Bristol|BS6 5QA|,Leeds|LS6 2AB|,Edinburgh|EH3 9JN|,London|N16 8AD|"},
	}
}

// buyer is what the history needs to know of a customer.
type buyer struct {
	channel int
	tastes  [tastes]float64
	active  float64 // how much more often than others they order
	colors  map[string]bool
	size    int // index of clothes sizes, shoes and gloves are near it
	joined  int // day of the history; below 0 before it
	thrifty float64
	orders  int
	friends int // uses of the code for friends
	address core.Address
	guest   bool
	bought  map[int]bool // products
	cadence float64      // how fast they use things up
}

func (m *maker) customers() {
	all := places()
	shares := make([]float64, len(all))
	for i, p := range all {
		shares[i] = p.share
	}
	emails := map[string]bool{}
	words := strings.Fields
	codes := colors()
	for range max(20, int(5000*m.Size)) {
		p := all[weighted(m.rng, shares)]
		first, last := pick(m, words(p.first)), pick(m, words(p.last))
		channel := m.Channels[p.channel]
		b := buyer{channel: p.channel, active: math.Exp(m.around(0, .8)), colors: map[string]bool{}, size: min(4, max(0, int(m.around(2.4, 1.2)))),
			thrifty: math.Exp(m.around(0, .35)), bought: map[int]bool{}, cadence: math.Exp(m.around(0, .18)), guest: m.chance(.28)}
		// A shop that grows has more new customers of late.
		b.joined = int(float64(history+200)*math.Sqrt(m.rng.Float64())) - 200
		for i := range b.tastes {
			b.tastes[i] = math.Exp(m.around(-1.1, .75))
		}
		for range 2 { // what they really like
			b.tastes[m.rng.IntN(int(tastes))] += 1.6 + m.rng.Float64()*3
		}
		for range 6 {
			b.colors[pick(m, codes).code] = true
		}
		joined := m.From.AddDate(0, 0, b.joined).Add(time.Duration(6*3600+m.rng.IntN(15*3600)) * time.Second)
		if joined.After(m.Now) {
			joined = m.Now.Add(-time.Hour)
		}
		m.clock = joined
		c := account.Customer{ID: newID[core.CustomerID](m, core.PrefixCustomer), Email: m.email(first, last, emails), Name: first + " " + last, Locale: p.locale,
			Currency: channel.Currencies[0], Status: account.Active, Version: 1, CreatedAt: joined, UpdatedAt: joined}
		if c.Marketing.Granted = m.chance(.34); c.Marketing.Granted {
			c.Marketing.At, c.Marketing.Source = joined, "checkout"
		}
		c.PersonalizationOptOut = m.chance(.04)
		town := strings.Split(pick(m, strings.Split(p.towns, ",")), "|")
		street := pick(m, strings.Split(p.streets, "|"))
		number := 1 + m.rng.IntN(140)
		line := fmt.Sprintf("%s %d", street, number)
		if p.country == "US" || p.country == "GB" || p.country == "IE" || p.country == "FR" {
			line = fmt.Sprintf("%d %s", number, street)
		}
		b.address = core.Address{Name: c.Name, Line1: line, City: town[0], PostalCode: town[1], Region: town[2], Country: p.country}
		if m.chance(.1) {
			b.address.Company = last + " & Co."
		}
		a := account.Address{ID: newID[core.AddressID](m, core.PrefixAddress), CustomerID: c.ID, Address: b.address, Version: 1, CreatedAt: joined, UpdatedAt: joined}
		c.DefaultShipping, c.DefaultBilling = a.ID, a.ID
		m.Customers, m.Addresses, m.buyers = append(m.Customers, c), append(m.Addresses, a), append(m.buyers, b)
	}
}

func (m *maker) email(first, last string, taken map[string]bool) string {
	base := catalog.Slugify(first, "en") + "." + catalog.Slugify(last, "en")
	domain := pick(m, []string{"example.org", "example.com", "example.net"})
	for n := 1; ; n++ {
		s := base + "@" + domain
		if n > 1 {
			s = fmt.Sprintf("%s%d@%s", base, n, domain)
		}
		if !taken[s] {
			taken[s] = true
			return s
		}
	}
}

func (m *maker) currency(b *buyer) money.Currency { return m.Channels[b.channel].Currencies[0] }
