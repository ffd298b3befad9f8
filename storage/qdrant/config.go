package qdrant

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Config says where the server is and which collection to use.
type Config struct {
	Host       string      // Default "localhost"
	Port       int         // of gRPC. Default 6334
	APIKey     string      // Default none
	TLS        *tls.Config // Default none: nothing is encrypted
	Collection string      // Default "bodega"
	Batch      int         // vectors written or read at once. Default 256
	// Exact compares with every vector that passes the filters, instead of
	// walking the server's graph. Default false.
	Exact bool
}

func (c Config) withDefaults() Config {
	if c.Host == "" {
		c.Host = "localhost"
	}
	if c.Port == 0 {
		c.Port = 6334
	}
	if c.Collection == "" {
		c.Collection = "bodega"
	}
	if c.Batch == 0 {
		c.Batch = 256
	}
	return c
}

func (c Config) validate() error {
	if c.Port < 1 || c.Port > 65535 {
		return fmt.Errorf("qdrant: Config.Port is %d, not between 1 and 65535", c.Port)
	}
	if c.Batch < 1 {
		return fmt.Errorf("qdrant: Config.Batch is %d, not 1 or more", c.Batch)
	}
	if len(c.Collection) > 255 || strings.ContainsAny(c.Collection, "<>:\"/\\|?*\x00\x1f") {
		return fmt.Errorf("qdrant: Config.Collection is %q, not the name of a collection", c.Collection)
	}
	return nil
}

// ParseURL reads a Config from an address such as http://localhost:6334 or
// https://:API-KEY@qdrant.example.com:6334/collection. The port is that of gRPC.
func ParseURL(address string) (Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Config{}, fmt.Errorf("qdrant: the address is not a URL") // the error would tell the key
	}
	refuse := func(what string) (Config, error) {
		return Config{}, fmt.Errorf("qdrant: the address %s %s", u.Redacted(), what)
	}
	var c Config
	switch u.Scheme {
	case "http":
	case "https":
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	default:
		return refuse("begins neither with http:// nor with https://")
	}
	if c.Host = u.Hostname(); c.Host == "" {
		return refuse("has no host")
	}
	if port := u.Port(); port != "" {
		if c.Port, err = strconv.Atoi(port); err != nil || c.Port < 1 || c.Port > 65535 {
			return refuse("has a port that is none")
		}
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return refuse("has parameters")
	}
	c.APIKey, _ = u.User.Password()
	if u.User.Username() != "" {
		return refuse("has a user: the key stands behind a colon, as in https://:KEY@host")
	}
	c.Collection = strings.TrimPrefix(u.Path, "/")
	if err := c.withDefaults().validate(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// address is the host as the client wants it.
func (c Config) address() string {
	if strings.Contains(c.Host, ":") && !strings.HasPrefix(c.Host, "[") {
		return "[" + c.Host + "]"
	}
	return c.Host
}
