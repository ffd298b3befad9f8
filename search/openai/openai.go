// Package openai makes vectors of texts by a model behind an OpenAI-compatible
// endpoint: OpenAI's own, or a local server's.
//
//	embedder, err := openai.New(openai.Config{BaseURL: "http://localhost:8081/v1", Model: "multilingual-e5-small"})
//	engine, err := search.New(index, search.NewFlatVectors(), embedder, search.Config{})
package openai

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sashabaranov/go-openai"

	"github.com/bodega-commerce/bodega/search"
)

// Config says which model is asked, and how.
type Config struct {
	BaseURL string // Default "https://api.openai.com/v1"
	APIKey  string // Default none, as local servers need none
	Model   string // Default "text-embedding-3-small"
	// Dimensions asks for shorter vectors, of models that can. Default the
	// model's own.
	Dimensions int
	// DocumentPrefix and QueryPrefix go before texts, as models of the E5 family
	// want ("passage: ", "query: "). Default none.
	DocumentPrefix, QueryPrefix string
	Batch                       int           // texts of a call. Default 64
	MaxText                     int           // bytes of a text that are sent. Default 6,000
	Attempts                    int           // calls until an error is one. Default 4
	Pause                       time.Duration // before the second attempt; it doubles. Default 500 ms
	Timeout                     time.Duration // of a call. Default 30 s
}

func (c Config) withDefaults() Config {
	if c.BaseURL == "" {
		c.BaseURL = "https://api.openai.com/v1"
	}
	if c.Model == "" {
		c.Model = string(openai.SmallEmbedding3)
	}
	for _, f := range []struct {
		field *int
		value int
	}{{&c.Batch, 64}, {&c.MaxText, 6000}, {&c.Attempts, 4}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if c.Pause == 0 {
		c.Pause = 500 * time.Millisecond
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	return c
}

func (c Config) validate() error {
	switch {
	case c.Batch < 1 || c.MaxText < 1 || c.Attempts < 1:
		return errors.New("openai: Config.Batch, MaxText and Attempts must be 1 or more")
	case c.Dimensions < 0:
		return errors.New("openai: Config.Dimensions must not be negative")
	case c.Pause < 0 || c.Timeout < 0:
		return errors.New("openai: Config.Pause and Timeout must not be negative")
	}
	return nil
}

// Embedder is a search.Embedder. It is safe for concurrent use.
type Embedder struct {
	config Config
	client *openai.Client
}

var _ search.Embedder = (*Embedder)(nil)

// New returns an embedder. It asks nothing yet.
func New(config Config) (*Embedder, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	client := openai.DefaultConfig(config.APIKey)
	client.BaseURL = strings.TrimRight(config.BaseURL, "/")
	return &Embedder{config, openai.NewClientWithConfig(client)}, nil
}

// Model names all that vectors depend on beside the texts.
func (e *Embedder) Model() string {
	c := e.config
	return fmt.Sprintf("%s %s %d %d %q", c.BaseURL, c.Model, c.Dimensions, c.MaxText, c.DocumentPrefix)
}

// EmbedDocuments returns a vector for each document, of its title first and its
// other texts after it.
func (e *Embedder) EmbedDocuments(ctx context.Context, docs []search.Document) ([][]float32, error) {
	texts := make([]string, len(docs))
	for i := range docs {
		texts[i] = e.config.DocumentPrefix + documentText(&docs[i])
	}
	return e.embed(ctx, texts)
}

// EmbedQueries returns a vector for each query.
func (e *Embedder) EmbedQueries(ctx context.Context, queries []string) ([][]float32, error) {
	texts := make([]string, len(queries))
	for i, q := range queries {
		texts[i] = e.config.QueryPrefix + q
	}
	return e.embed(ctx, texts)
}

func documentText(d *search.Document) string {
	parts := []string{d.Text[search.FieldTitle]}
	for _, f := range d.Fields() {
		if f.Name != search.FieldTitle {
			parts = append(parts, f.Text)
		}
	}
	return strings.Join(parts, "\n")
}

func (e *Embedder) embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, 0, len(texts))
	for start := 0; start < len(texts); start += e.config.Batch {
		part := texts[start:min(start+e.config.Batch, len(texts))]
		cut := make([]string, len(part))
		for i, t := range part {
			cut[i] = shorten(t, e.config.MaxText)
		}
		vectors, err := e.call(ctx, cut)
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

// shorten cuts a text between characters. Models refuse an empty one.
func shorten(t string, n int) string {
	t = strings.ToValidUTF8(t, " ")
	if len(t) > n {
		for n > 0 && !utf8.RuneStart(t[n]) {
			n--
		}
		t = t[:n]
	}
	if strings.TrimSpace(t) == "" {
		return " "
	}
	return t
}

// call embeds one batch, again after what may pass: no connection, too many
// requests, and failures of the server.
func (e *Embedder) call(ctx context.Context, texts []string) ([][]float32, error) {
	pause := e.config.Pause
	for attempt := 1; ; attempt++ {
		vectors, err := e.once(ctx, texts)
		if err == nil {
			return vectors, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if attempt == e.config.Attempts || !passing(err) {
			return nil, fmt.Errorf("openai: embedding %d texts, attempt %d: %w", len(texts), attempt, err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func passing(err error) bool {
	status := 0
	var answered *openai.APIError
	var failed *openai.RequestError
	switch {
	case errors.As(err, &answered):
		status = answered.HTTPStatusCode
	case errors.As(err, &failed):
		status = failed.HTTPStatusCode
	case errors.Is(err, errShape):
		return false
	}
	return status == 0 || status == 429 || status >= 500
}

var errShape = errors.New("the answer does not fit the question")

func (e *Embedder) once(ctx context.Context, texts []string) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, e.config.Timeout)
	defer cancel()
	answer, err := e.client.CreateEmbeddings(ctx, openai.EmbeddingRequest{Input: texts, Model: openai.EmbeddingModel(e.config.Model), Dimensions: e.config.Dimensions})
	if err != nil {
		return nil, err
	}
	vectors := make([][]float32, len(texts))
	for _, d := range answer.Data {
		if d.Index < 0 || d.Index >= len(texts) || vectors[d.Index] != nil || len(d.Embedding) == 0 || len(d.Embedding) != len(answer.Data[0].Embedding) {
			return nil, fmt.Errorf("%w: vector %d of %d texts has %d numbers", errShape, d.Index, len(texts), len(d.Embedding))
		}
		vectors[d.Index] = d.Embedding
	}
	if len(answer.Data) != len(texts) {
		return nil, fmt.Errorf("%w: %d vectors of %d texts", errShape, len(answer.Data), len(texts))
	}
	return vectors, nil
}
