package storagetest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// phrase is a query and the titles it finds, no others.
type phrase struct {
	text  string
	finds []string
}

// language is a catalog in a language and what is searched there.
type language struct {
	locale  string
	titles  []string
	queries []phrase
}

func languages() []language {
	return []language{
		{"en", []string{"Wooden tables", "Table lamp", "Running shoes", "Shoe rack", "Glass boxes", "Box cutter", "Kids' batteries", "Battery"},
			[]phrase{{"table", []string{"Wooden tables", "Table lamp"}}, {"shoes for running", []string{"Running shoes"}}, {"box", []string{"Glass boxes", "Box cutter"}},
				{"the battery", []string{"Kids' batteries", "Battery"}}}},
		{"de", []string{"Gartenstühle", "Sofa aus echtem Leder", "Ledersofa braun", "Große Kissen", "Bücherregal Eiche", "Schöne Möbel", "LED Lampen", "Roter Teppich", "Regale", "Garten Handschuhe",
			"Stuhl", "Leder Gürtel", "Regal weiß", "Schmales Regal"},
			[]phrase{{"Stühle", []string{"Stuhl", "Gartenstühle"}}, {"gartenstuhl", []string{"Gartenstühle"}}, {"moebel", []string{"Schöne Möbel"}}, {"mobel", []string{"Schöne Möbel"}},
				{"Ledersofa", []string{"Ledersofa braun", "Sofa aus echtem Leder"}}, {"Sofas", []string{"Ledersofa braun", "Sofa aus echtem Leder"}},
				{"die Sofas aus Leder", []string{"Ledersofa braun", "Sofa aus echtem Leder"}},
				{"großes Kissen", []string{"Große Kissen"}}, {"GROSSE KISSEN", []string{"Große Kissen"}}, {"LED Lampe", []string{"LED Lampen"}}, {"rote Teppiche", []string{"Roter Teppich"}},
				{"Regal", []string{"Regale", "Bücherregal Eiche", "Regal weiß", "Schmales Regal"}}, {"für den Garten", []string{"Garten Handschuhe", "Gartenstühle"}}}},
		{"fr", []string{"Bouteille d'eau", "Chaises blanches", "Grands bateaux", "Canapé d’angle", "Robe légère", "Chevaux de bois", "Vase bleu"},
			[]phrase{{"eau", []string{"Bouteille d'eau"}}, {"l'eau", []string{"Bouteille d'eau"}}, {"chaise blanc", []string{"Chaises blanches"}}, {"le bateau", []string{"Grands bateaux"}},
				{"canapes", []string{"Canapé d’angle"}}, {"l’angle", []string{"Canapé d’angle"}}, {"robes", []string{"Robe légère"}}, {"cheval", []string{"Chevaux de bois"}},
				{"vases bleus", []string{"Vase bleu"}}}},
		{"es", []string{"Sillones rojos", "Lámpara de luces", "Zapatos para niños", "Mesa redonda", "Cojín azul", "Sofá verde"},
			[]phrase{{"sillón rojo", []string{"Sillones rojos"}}, {"luz", []string{"Lámpara de luces"}}, {"lamparas", []string{"Lámpara de luces"}}, {"zapato", []string{"Zapatos para niños"}},
				{"el niño", []string{"Zapatos para niños"}}, {"mesas redondas", []string{"Mesa redonda"}}, {"cojines azules", []string{"Cojín azul"}}, {"sofás verdes", []string{"Sofá verde"}}}},
		{"it", []string{"Sedie bianche", "Bottiglia d'acqua", "Specchio da parete", "Scarpe rosse", "Tavolo in legno"},
			[]phrase{{"sedia bianca", []string{"Sedie bianche"}}, {"l'acqua", []string{"Bottiglia d'acqua"}}, {"bottiglie", []string{"Bottiglia d'acqua"}}, {"gli specchi", []string{"Specchio da parete"}},
				{"scarpa rossa", []string{"Scarpe rosse"}}, {"tavoli", []string{"Tavolo in legno"}}}},
		{"nl", []string{"Houten stoelen", "Rode kussens", "Leren laarzen", "Eettafel eiken", "Grote foto's", "Tafel"},
			[]phrase{{"stoel", []string{"Houten stoelen"}}, {"rood kussen", []string{"Rode kussens"}}, {"laars", []string{"Leren laarzen"}}, {"grote foto", []string{"Grote foto's"}},
				{"het kussen", []string{"Rode kussens"}}}},
		{"pt", []string{"Botões azuis", "Camisas vermelhas", "Colar de pérolas", "Pão integral", "Jardins verticais"},
			[]phrase{{"botão azul", []string{"Botões azuis"}}, {"camisa vermelho", []string{"Camisas vermelhas"}}, {"os colares", []string{"Colar de pérolas"}}, {"perola", []string{"Colar de pérolas"}},
				{"pães", []string{"Pão integral"}}, {"jardim vertical", []string{"Jardins verticais"}}}},
		{"zh", []string{"红色真皮沙发", "木制餐桌"}, []phrase{{"沙发", []string{"红色真皮沙发"}}, {"餐桌", []string{"木制餐桌"}}, {"桌子", nil}}},
		{"ja", []string{"ガラスのテーブル", "カラス避けネット", "ソファー 赤"}, []phrase{{"ガラス", []string{"ガラスのテーブル"}}, {"テーブル", []string{"ガラスのテーブル"}}, {"ｿﾌｧｰ", []string{"ソファー 赤"}}}},
		{"ko", []string{"가죽소파", "나무 의자", "USB 충전기"}, []phrase{{"소파", []string{"가죽소파"}}, {"의자", []string{"나무 의자"}}, {"usb", []string{"USB 충전기"}}, {"고양이", nil}}},
		{"sv", []string{"Röda stolar", "Bord i trä"}, []phrase{{"roda stolar", []string{"Röda stolar"}}, {"bord", []string{"Bord i trä"}}}},
	}
}

// SearchLanguages checks that an engine over the index finds words whatever
// their number, gender and accents, in each language that is known.
func SearchLanguages(t *testing.T, open func(t *testing.T) search.Index) {
	t.Helper()
	for _, l := range languages() {
		t.Run(l.locale, func(t *testing.T) {
			engine, err := search.New(open(t), nil, nil, search.Config{Locale: l.locale})
			require.NoError(t, err)
			docs := make([]search.Document, len(l.titles))
			for i, title := range l.titles {
				docs[i] = search.Document{ID: title, Text: map[string]string{search.FieldTitle: title}}
			}
			require.NoError(t, engine.Put(t.Context(), docs))
			for _, q := range l.queries {
				result, err := engine.Search(t.Context(), search.Query{Text: q.text})
				require.NoError(t, err)
				var found []string
				for _, h := range result.Hits {
					found = append(found, h.ID)
				}
				slices.Sort(found)
				want := slices.Sorted(slices.Values(q.finds))
				assert.Equal(t, want, found, q.text)
				assert.Nil(t, result.Correction, q.text)
			}
		})
	}
}
