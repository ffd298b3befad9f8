package bleve

import (
	"fmt"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
)

const (
	bagField   = "bag"
	titleField = "title"

	plainAnalyzer = "plain" // words in lower case, for all other languages
)

// analyzers are bleve's analyzers, by language.
func analyzers() map[string]string {
	return map[string]string{"en": en.AnalyzerName, "de": de.AnalyzerName, "fr": fr.AnalyzerName, "es": es.AnalyzerName, "it": it.AnalyzerName,
		"nl": nl.AnalyzerName, "pt": pt.AnalyzerName, "zh": cjk.AnalyzerName, "ja": cjk.AnalyzerName, "ko": cjk.AnalyzerName}
}

// analyzerOf returns the analyzer of a locale such as de, de-AT or de_AT.
func analyzerOf(locale string) string {
	language, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-")
	if name, ok := analyzers()[language]; ok {
		return name
	}
	return plainAnalyzer
}

// newMapping has a type of document for each analyzer.
func newMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	m.ScoringModel = "bm25"
	err := m.AddCustomAnalyzer(plainAnalyzer, map[string]any{"type": custom.Name, "tokenizer": unicode.Name, "token_filters": []string{lowercase.Name}})
	if err != nil {
		return nil, fmt.Errorf("bleve: %w", err)
	}
	names := map[string]bool{plainAnalyzer: true}
	for _, name := range analyzers() {
		names[name] = true
	}
	for name := range names {
		m.AddDocumentMapping(name, documentMapping(name))
	}
	m.DefaultMapping = documentMapping(plainAnalyzer)
	return m, m.Validate()
}

func documentMapping(analyzer string) *mapping.DocumentMapping {
	d := bleve.NewDocumentStaticMapping()
	for _, field := range []string{bagField, titleField} {
		f := bleve.NewTextFieldMapping()
		f.Analyzer = analyzer
		f.Store, f.IncludeInAll, f.DocValues = false, false, false
		f.IncludeTermVectors = field == titleField // positions, for pairs
		d.AddFieldMappingsAt(field, f)
	}
	return d
}
