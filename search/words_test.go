package search

import (
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
