//go:build !unix

package testenv

import "errors"

// A private cluster needs a shell and Unix credentials; elsewhere tests take a
// server that runs or one that BODEGA_TEST_POSTGRES_URL names.
func binaries() (string, error) {
	return "", errors.New("private clusters are made on Unix only")
}

func startCluster(string) (*server, error) {
	return nil, errors.New("private clusters are made on Unix only")
}
