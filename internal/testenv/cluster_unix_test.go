//go:build unix

package testenv

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// private finds a server where only the binaries are left to go by.
func private() (*server, error) {
	return finder{getenv: func(string) string { return "" }, local: "127.0.0.1:1", bins: binaries}.find()
}

// TestMain turns the test binary into a program that starts a cluster and
// waits, for TestClusterEndsWithItsProcess.
func TestMain(m *testing.M) {
	if os.Getenv("TESTENV_START_CLUSTER") == "" {
		os.Exit(m.Run())
	}
	s, err := private()
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("url", s.url)
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
	runtime.KeepAlive(s)
}

func needBinaries(t *testing.T) {
	t.Helper()
	if _, err := binaries(); err != nil && os.Getenv("BODEGA_REQUIRE_POSTGRES") != "1" {
		t.Skipf("needs PostgreSQL's binaries: %v", err)
	}
}

func TestPrivateCluster(t *testing.T) {
	t.Parallel()
	needBinaries(t)
	s, err := private()
	require.NoError(t, err)
	t.Cleanup(func() { // runs last, after the databases below were dropped
		require.NoError(t, s.hold.Close())
		require.NoDirExists(t, s.hold.(*cluster).dir)
	})
	a, b := database(t, s, nil, true), database(t, s, nil, true)
	require.NotEqual(t, a, b)
	require.Equal(t, databaseOf(t, a), query[string](t, a, `select current_database()::text`))
	require.Equal(t, "UTF8", query[string](t, b, `show server_encoding`))
	require.Empty(t, query[string](t, b, `show listen_addresses`), "nobody else may reach it")
}

func TestClusterEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	needBinaries(t)
	self, err := os.Executable()
	require.NoError(t, err)
	program := exec.CommandContext(t.Context(), self)
	program.Env = append(os.Environ(), "TESTENV_START_CLUSTER=1")
	stdin, err := program.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = stdin.Close() }()
	stdout, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	u, ok := strings.CutPrefix(strings.TrimSpace(line), "url ")
	require.True(t, ok, line)
	require.NoError(t, usable(u))

	require.NoError(t, program.Process.Kill()) // nothing in the program can clean up
	require.Error(t, program.Wait())
	parsed, err := url.Parse(u)
	require.NoError(t, err)
	dir := parsed.Query().Get("host")
	require.Eventually(t, func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	}, 30*time.Second, 20*time.Millisecond, "the cluster outlived its process")
	require.Error(t, usable(u))
}

func TestClusterThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	require.NoError(t, os.Chmod(bin, 0o755))
	require.NoError(t, os.Chmod(filepath.Dir(bin), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "initdb"), []byte("#!/bin/sh\necho the disk is made of cheese\nexit 1\n"), 0o755))
	_, err := startCluster(bin)
	require.ErrorContains(t, err, "made of cheese")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	require.Equal(t, 15, version("/usr/lib/postgresql/15/bin"))
	require.Equal(t, 9, version("/usr/lib/postgresql/9.6/bin"))
	require.Zero(t, version("/usr/local/bin"))
}
