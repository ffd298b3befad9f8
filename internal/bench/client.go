package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// client speaks HTTP/1.1 over one connection that it keeps. It does as little
// as possible, since the load's maker shares the machine with the shop.
type client struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	body []byte
}

// answer is a response; it is valid until the next request.
type answer struct {
	status   int
	location string
	body     []byte
}

// patience bounds a request.
const patience = 30 * time.Second

func newClient(addr string) *client { return &client{addr: addr} }

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *client) do(method, path string, body []byte) (answer, error) {
	a, err := c.try(method, path, body)
	if err != nil {
		c.close()
	}
	return a, err
}

func (c *client) try(method, path string, body []byte) (answer, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.addr, patience) //nolint:noctx // bounded by patience
		if err != nil {
			return answer{}, err
		}
		c.conn, c.in = conn, bufio.NewReaderSize(conn, 32<<10)
	}
	b := append(c.out[:0], method...)
	b = append(append(append(b, ' '), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, c.addr...), "\r\n"...)
	if body != nil {
		b = append(b, "Content-Type: application/json\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n"...)
	}
	b = append(append(b, "\r\n"...), body...)
	c.out = b
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return answer{}, err
	}
	if _, err := c.conn.Write(b); err != nil {
		return answer{}, err
	}
	return c.read()
}

func (c *client) read() (a answer, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return a, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, fmt.Errorf("not an answer: %q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	length, chunked := 0, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch { // as Go's server writes them
		case bytes.Equal(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return a, err
			}
		case bytes.Equal(name, []byte("Transfer-Encoding")):
			chunked = true
		case bytes.Equal(name, []byte("Location")):
			a.location = string(value)
		}
	}
	c.body = c.body[:0]
	if !chunked {
		err = c.more(length)
	}
	for chunked && err == nil {
		var size int64
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		if size, err = strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32); err != nil {
			return a, err
		}
		chunked = size > 0
		if err = c.more(int(size)); err == nil {
			_, err = c.in.Discard(2)
		}
	}
	a.body = c.body
	return a, err
}

func (c *client) more(n int) error {
	had := len(c.body)
	if cap(c.body) < had+n {
		c.body = append(make([]byte, 0, 2*(had+n)), c.body...)
	}
	c.body = c.body[:had+n]
	_, err := io.ReadFull(c.in, c.body[had:])
	return err
}

// expect is an error for any other status.
func (a answer) expect(status int) error {
	if a.status == status {
		return nil
	}
	return fmt.Errorf("%d %s: %.300s", a.status, http.StatusText(a.status), a.body)
}

// member finds a string member of a JSON object by its name, the first one.
func (a answer) member(name string) (string, error) {
	_, rest, ok := bytes.Cut(a.body, []byte(`"`+name+`":"`))
	value, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed {
		return "", errors.New("no member " + name + " in the answer")
	}
	return string(value), nil
}
