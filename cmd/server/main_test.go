package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// output is what a server prints.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

var address = regexp.MustCompile(`Products\s+http://([^/]+)/api/v1/store/products`)

// started waits until the server has told where it is.
func started(t *testing.T, out *output) (addr string) {
	t.Helper()
	require.Eventually(t, func() bool {
		if m := address.FindStringSubmatch(out.String()); m != nil && strings.Contains(out.String(), "openapi.json") {
			addr = m[1]
		}
		return addr != ""
	}, time.Minute, 10*time.Millisecond, "%s", out)
	return addr
}

// start runs a server; stop ends it and returns its error.
func start(t *testing.T, env map[string]string) (addr string, out *output, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out = &output{}
	done := make(chan error, 1)
	go func() { done <- run(ctx, func(k string) string { return env[k] }, out) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = stop() })
	return started(t, out), out, stop
}

func settings(dir string) map[string]string {
	return map[string]string{"BODEGA_ADDR": "127.0.0.1:0", "BODEGA_DATA_DIR": dir, "BODEGA_DEMO": "0", "BODEGA_LOG": "error"}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestFirstStartAndSecond(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	addr, out, stop := start(t, settings(dir))
	require.Contains(t, out.String(), "Admin      admin@localhost.localdomain")
	require.Equal(t, 1, strings.Count(out.String(), "Password"))
	for _, path := range []string{"/healthz", "/readyz", "/docs", "/openapi.json", "/api/v1/store/products"} {
		status, body := get(t, "http://"+addr+path)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
	}
	require.NoError(t, stop())
	require.FileExists(t, filepath.Join(dir, "shop.db"))

	addr, out, stop = start(t, settings(dir))
	require.NotContains(t, out.String(), "Password")
	status, _ := get(t, "http://"+addr+"/readyz")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, stop())
}

func TestMemory(t *testing.T) {
	t.Parallel()
	env := settings(t.TempDir())
	env["BODEGA_DATABASE_URL"] = "memory:"
	addr, out, stop := start(t, env)
	require.Contains(t, out.String(), "Password")
	status, _ := get(t, "http://"+addr+"/readyz")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, stop())
	left, err := os.ReadDir(env["BODEGA_DATA_DIR"])
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestRequestsMayFinish(t *testing.T) {
	t.Parallel()
	env := settings(t.TempDir())
	env["BODEGA_DATABASE_URL"] = "memory:"
	addr, _, stop := start(t, env)
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	body := `{"email":"nobody@example.org","password":"wrong"}`
	_, err = io.WriteString(conn, "POST /api/v1/auth/staff/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"+
		"Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n")
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "100 Continue", "the handler waits for the body")

	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, func() bool { // nobody new is let in
		c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	}, 10*time.Second, 10*time.Millisecond)
	select {
	case err := <-stopped:
		t.Fatalf("the server left a request behind: %v", err)
	default:
	}
	_, err = io.WriteString(conn, body)
	require.NoError(t, err)
	_, err = in.ReadString('\n') // the end of 100 Continue
	require.NoError(t, err)
	res, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	_ = res.Body.Close()
	require.NoError(t, <-stopped)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	for name, c := range map[string]struct{ key, value, says string }{
		"taken port":   {"BODEGA_ADDR", taken.Addr().String(), "address already in use"},
		"no address":   {"BODEGA_ADDR", "here", "missing port"},
		"database":     {"BODEGA_DATABASE_URL", "mysql://localhost/shop", "none of sqlite://FILE"},
		"demo":         {"BODEGA_DEMO", "maybe", "BODEGA_DEMO"},
		"log level":    {"BODEGA_LOG", "loud", "BODEGA_LOG"},
		"data folder":  {"BODEGA_DATA_DIR", os.DevNull, "not a directory"},
		"no server":    {"BODEGA_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none?connect_timeout=2", "postgres"},
		"admin's mail": {"BODEGA_ADMIN_EMAIL", "somebody", "email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := settings(t.TempDir())
			env[c.key] = c.value
			out := &output{}
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			err := run(ctx, func(k string) string { return env[k] }, out)
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, out.String(), "open")
		})
	}
}

// TestSignal builds the program and ends it as a process manager would.
func TestSignal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the program")
	}
	exe := filepath.Join(t.TempDir(), "server")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, ".").CombinedOutput()
	require.NoError(t, err, "%s", built)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		out := &output{}
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Stdout, cmd.Stderr = out, out
		cmd.Env = os.Environ()
		for k, v := range settings(t.TempDir()) {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		require.NoError(t, cmd.Start())
		addr := started(t, out)
		status, _ := get(t, "http://"+addr+"/healthz")
		require.Equal(t, http.StatusOK, status)
		require.NoError(t, cmd.Process.Signal(signal))
		require.NoError(t, cmd.Wait(), "exit status 0: %s", out)
		require.NotContains(t, out.String(), "server:")
	}
}
