package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"
)

// childConfig is what a child is told on its standard input, in one line.
type childConfig struct {
	Database string        `json:"database"`
	Products int           `json:"products"` // made when there are none
	Stock    int64         `json:"stock"`    // of each variant
	File     string        `json:"file"`     // import this and end
	Provider string        `json:"provider"` // URL of a payment provider outside
	Later    time.Duration `json:"later"`    // how far the clock goes ahead
}

// ready is what a child answers, in one line.
type ready struct {
	Addr     string   `json:"addr"`
	Variants []string `json:"variants"`
	Method   string   `json:"method"` // of shipping
	Error    string   `json:"error"`
}

// status is what a server tells of itself.
type status struct {
	CPU          float64 `json:"cpu"` // milliseconds
	RSS          float64 `json:"rss"` // MiB
	PeakRSS      float64 `json:"peak_rss"`
	Statements   int64   `json:"statements"`
	RoundTrips   int64   `json:"round_trips"`
	Transactions int64   `json:"transactions"`
	Commits      int64   `json:"commits"`
}

// server is a child that serves.
type server struct {
	ready
	cmd   *exec.Cmd
	stdin io.Closer
	http  *http.Client
}

// spawn starts a child and returns its answer's reader.
func spawn(argv []string, log io.Writer, cfg childConfig) (*server, *bufio.Reader, error) {
	if len(argv) == 0 {
		return nil, nil, errors.New("bench: Runner.Child is not set")
	}
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:noctx // it ends when its standard input does
	cmd.Stderr = log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	s := &server{cmd: cmd, stdin: stdin, http: &http.Client{}}
	if err := json.NewEncoder(stdin).Encode(cfg); err != nil {
		s.kill()
		return nil, nil, err
	}
	return s, bufio.NewReader(stdout), nil
}

// startChild starts a server and waits until it serves.
func startChild(ctx context.Context, argv []string, log io.Writer, cfg childConfig) (*server, error) {
	s, out, err := spawn(argv, log, cfg)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, s.kill)
	defer stop()
	line, err := out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.ready)
	}
	if err == nil && s.Error != "" {
		err = errors.New(s.Error)
	}
	if err != nil {
		s.kill()
		return nil, fmt.Errorf("starting the server: %w", err)
	}
	return s, nil
}

// kill is kill -9.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// stop ends the server in good order.
func (s *server) stop() error { return errors.Join(s.stdin.Close(), s.cmd.Wait()) }

func (s *server) status(ctx context.Context) (v status, err error) {
	return v, s.ask(ctx, "/bench/status", nil, &v)
}

// ask calls one of the child's own pages.
func (s *server) ask(ctx context.Context, path string, in, out any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.Addr+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err = io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", path, res.Status, bytes.TrimSpace(raw))
	}
	return json.Unmarshal(raw, out)
}

// profile writes the server's CPU profile of the next while to a file.
func (s *server) profile(ctx context.Context, file string, d time.Duration) (wait func(), err error) {
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = f.Close() }()
		url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", s.Addr, max(1, int(d.Seconds())))
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return
		}
		if res, err := s.http.Do(req); err == nil {
			_, _ = io.Copy(f, res.Body)
			_ = res.Body.Close()
		}
	}()
	return func() { <-done }, nil
}
