//go:build unix

package testenv

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// places are where packages of PostgreSQL put their binaries.
var places = []string{
	"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/local/bin",
	"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
}

// binaries returns the folder of PostgreSQL's binaries: the one on the PATH,
// else the newest of the usual places.
func binaries() (string, error) {
	var folders []string
	if p, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(p))
	}
	var found []string
	for _, place := range places {
		matches, _ := filepath.Glob(place) // the patterns are well-formed
		found = append(found, matches...)
	}
	slices.SortStableFunc(found, func(a, b string) int { return version(b) - version(a) })
	for _, folder := range append(folders, found...) {
		if executable(folder, "initdb") && executable(folder, "postgres") && executable(folder, "pg_ctl") {
			return folder, nil
		}
	}
	return "", fmt.Errorf("no folder with initdb, postgres and pg_ctl on the PATH or in %s", strings.Join(places, ", "))
}

func executable(folder, name string) bool {
	info, err := os.Stat(filepath.Join(folder, name))
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// version is the first number in a path: 15 for /usr/lib/postgresql/15/bin.
func version(path string) int {
	digits := strings.FieldsFunc(path, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[0])
	return n
}

// script makes a cluster, starts it, says "ready", and takes everything away
// when its standard input ends. The test process holds the other end and the
// kernel closes that for it even when it is killed, so nothing outlives it.
// Nothing that tests store needs to survive a power cut, hence fsync=off.
const script = `
exec 2>&1
trap '' INT TERM HUP
dir=$1 bin=$2
"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync >"$dir/log" &&
"$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/log" --wait --silent start \
	--options="-k '$dir' -c listen_addresses='' -c fsync=off -c max_connections=300" &&
echo ready || cat "$dir/log"
read -r _
"$bin/pg_ctl" --pgdata="$dir/data" --mode=immediate --silent stop >/dev/null
rm -rf "$dir"
`

// cluster is a private cluster: a shell that watches over a server.
type cluster struct {
	shell *exec.Cmd
	stdin io.Closer
	dir   string
}

// Close stops the server and removes its files.
func (c *cluster) Close() error {
	return errors.Join(c.stdin.Close(), c.shell.Wait())
}

// startCluster starts a private server from the binaries in the folder. It
// listens on a socket in a folder of its own, so it needs no free port.
func startCluster(bin string) (*server, error) {
	dir, err := os.MkdirTemp("", "bodega-pg-")
	if err != nil {
		return nil, err
	}
	shell := exec.Command("/bin/sh", "-c", script, "sh", dir, bin) //nolint:noctx // lives as long as the process does
	shell.Dir = "/"
	shell.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	// A process group of its own: an interrupt from the terminal ends the tests,
	// and the shell then still cleans up.
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 { // the server refuses to run as root
		cred, err := unprivileged()
		if err == nil {
			err = os.Chown(dir, int(cred.Uid), int(cred.Gid))
		}
		if err != nil {
			return nil, errors.Join(err, os.Remove(dir))
		}
		shell.SysProcAttr.Credential = cred
	}
	stdin, err := shell.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	stdout, err := shell.StdoutPipe()
	if err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	if err := shell.Start(); err != nil {
		return nil, errors.Join(err, os.Remove(dir))
	}
	c := &cluster{shell: shell, stdin: stdin, dir: dir}
	first, _ := bufio.NewReader(stdout).ReadString('\n') // an early end is told by what is missing
	if first != "ready\n" {
		_ = stdin.Close()
		rest, _ := io.ReadAll(stdout)
		return nil, errors.Join(fmt.Errorf("it did not start: %s%s", first, rest), c.Close())
	}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}
	return &server{url: u.String(), hold: c}, nil
}

// unprivileged returns whom a server started by root runs as.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("running as root, and there is no user postgres or nobody to run the server as")
}
