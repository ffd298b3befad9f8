package search

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Words of one group have one stem; those of others another.
func TestStems(t *testing.T) {
	t.Parallel()
	for locale, groups := range map[string][]string{
		"en-GB": {"table tables", "battery batteries", "box boxes", "run running", "glass glasses", "led", "leather"},
		"de-AT": {"Stuhl Stühle Stühlen Stuehle", "Lampe Lampen", "rot roter rotes rote roten", "Regal Regale", "Buch Bücher Büchern", "Sofa Sofas", "Möbel Moebel mobel möbeln",
			"Schüssel Schüsseln", "Kissen", "groß große GROSSE großer", "Leder", "LED", "Glas Gläser", "Feder Federn", "neue neues", "Handy Handys"},
		"fr": {"chaise chaises", "bateau bateaux", "cheval chevaux", "blanc blanche blancs blanches", "bleu bleue bleus", "doré dorée dorés dorées", "brodé brodée", "tissu tissus",
			"ancien ancienne", "violet violette", "sportif sportive", "tapis", "gris", "prix", "musée musées", "table tables"},
		"es": {"sillón sillones", "luz luces", "rojo roja rojos rojas", "verde verdes", "azul azules", "sofá sofás", "lámpara lámparas", "flor flores", "gris grises"},
		"it": {"sedia sedie", "bianco bianca bianchi bianche", "specchio specchi", "giacca giacche", "orologio orologi", "computer", "tavolo tavoli"},
		"nl": {"stoel stoelen", "rood rode", "kussen kussens", "laars laarzen", "glas glazen", "bed bedden", "fiets fietsen", "huis huizen", "foto foto's", "boot boten", "wit witte",
			"schoen schoenen", "tafel tafels", "groot grote"},
		"pt-BR": {"botão botões", "mão mãos", "pão pães", "azul azuis", "jardim jardins", "flor flores", "vermelho vermelha vermelhos vermelhas", "luz luzes", "lençol lençóis", "tênis"},
		"pl":    {"stół", "stoły"},
	} {
		s := speechOf(locale)
		groupOf := map[string]string{}
		for _, g := range groups {
			want := s.tokens(strings.Fields(g)[0])
			for _, w := range strings.Fields(g) {
				require.Equal(t, want, s.tokens(w), "%s: %s", locale, w)
			}
			require.Len(t, want, 1, g)
			require.Empty(t, groupOf[want[0]], "%s: %s", locale, g)
			groupOf[want[0]] = g
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ locale, text, want string }{
		{"en", "The Kids' don't-panic SOFA, 2m", "the kid dont panic sofa 2m"},
		{"fr", "L'eau d’été, aujourd'hui qu'un l'", "eau ete aujourdhui un"},
		{"it", "dell'acqua un’arancia", "acqu aranc"},
		{"de", "Quelle neue Oefen öfen Straße", "quell neu ofen ofen strass"},
		{"ko", "가죽 소파세트 A4", "가죽 소파 파세 세트 a4"},
		{"ja", "がらす ﾃｰﾌﾞﾙ", "がら らす テー ーブ ブル"},
		{"zh", "茶 红色沙发2人", "茶 红色 色沙 沙发 2 人"},
		{"xx", "Bords ÉTÉ œuf", "bords ete oeuf"},
	} {
		require.Equal(t, c.want, strings.Join(speechOf(c.locale).tokens(c.text), " "), c.text)
	}
	require.Same(t, speechOf("de"), speechOf("DE_ch"))
	require.Same(t, speechOf("en"), speechOf(""))
}

func TestCompounds(t *testing.T) {
	t.Parallel()
	c := &compounds{speechOf("de"), map[string]int{}}
	var docs []Document
	for _, title := range []string{"Leder Sofa", "Schuhe", "Schrank weiß", "Kleider", "Arbeit", "Tisch", "Tische", "Tisch rund", "Nachttisch", "Leuchte", "Wand", "Uhr", "Range", "unter Lage"} {
		docs = append(docs, Document{ID: title, Text: map[string]string{FieldTitle: title}})
	}
	c.learn(docs)
	for word, want := range map[string]string{"ledersofa": "leder sofa", "schuhschranke": "schuh schranke", "kleiderschrank": "kleider schrank", "arbeitstisch": "arbeits tisch",
		"schreibtisch": "tisch", "nachttischleuchte": "nachttisch leuchte", "wanduhr": "wand uhr", "orange": "", "unterlage": "", "sofa": "", "sofa3000": ""} {
		require.Equal(t, want, strings.Join(c.split(word), " "), word)
	}
	require.Equal(t, []string{"nachttisch", "tisch", "leuchte"}, c.parts("Nachttischleuchte!"))
	require.NotContains(t, c.taken(Document{Text: map[string]string{FieldTitle: "Sofa"}}).Text, fieldCompounds)
}

func FuzzTokens(f *testing.F) {
	for _, text := range []string{"L'eau", "Möbel für 5€", "가죽소파", "ｿﾌｧｰ", "don’t", "\xff'\xfe", "zzv", "aaux", "een"} {
		for _, locale := range []string{"en", "de", "fr", "es", "it", "nl", "pt", "ja"} {
			f.Add(locale, text)
		}
	}
	f.Fuzz(func(t *testing.T, locale, text string) {
		s := speechOf(locale)
		s.eachToken(text, func(written, surface, token string) {
			if token == "" || !utf8.ValidString(token) || !strings.Contains(text, written) {
				t.Fatalf("%q of %q is the token %q", written, text, token)
			}
			if surface != "" && s.token(surface) != token {
				t.Fatalf("%q has the stem %q, not %q", surface, s.token(surface), token)
			}
		})
		for _, p := range s.pieces(text) {
			if p.from >= p.to || p.to > len(text) {
				t.Fatalf("%q: a piece from %d to %d", text, p.from, p.to)
			}
		}
	})
}

func TestMeasures(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Table 80 x 180 cm":        "length 0.8 1.8",
		"12-inch pan, 1.5l":        "length 0.3048; volume 1.5",
		`TV 55", 1-1/2" pipe 1/2"`: "length 1.397; length 0.0381; length 0.0127",
		"3 fl oz and 2 sq ft":      "volume 0.08872; area 0.1858",
		"1,5 m Kabel 1.299,50 kg":  "length 1.5; mass 1300",
		"2 in 1, 6 in stock":       "",
		"8 in x 10 in":             "length 0.2032 0.254",
		"A4 m2 5mm2":               "",
		"20 m² 12V 5'":             "area 20; voltage 12; length 1.524",
		"6 ft x 4":                 "",
		"SKU-12cm ab12cm 5G":       "mass 0.005",
		"Monitor 27 Zoll 144Hz":    "length 0.6858; frequency 144",
		"akku 5000 mAh 1 TB":       "charge 5000; data 1000",
		"12 by 19-inch":            "length 0.3048 0.4826",
	} {
		var found []string
		for _, m := range measures(text) {
			s := m.dimension
			for _, v := range m.values {
				s += fmt.Sprintf(" %.4g", v)
			}
			found = append(found, s)
		}
		require.Equal(t, want, strings.Join(found, "; "), text)
	}
}

func FuzzMeasures(f *testing.F) {
	for _, text := range []string{"80 x 180 cm", `1-1/2"`, "2 fl. oz", "9 999,99 m²", "5'6\"", "1/0 m", "12 by 3-in", "\xff2\xffm"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, m := range measures(text) {
			if m.from < last || m.to <= m.from || m.to > len(text) || len(m.values) == 0 || m.symbol == "" {
				t.Fatalf("%q: %+v", text, m)
			}
			last = m.to
		}
	})
}
