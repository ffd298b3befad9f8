package chromem

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/philippgille/chromem-go"
)

// collectionFile is where chromem keeps a collection's name.
const collectionFile = "00000000.gob"

// repair removes the files that were not written to their end, for which
// chromem refuses to open the whole folder. It reports whether there were any.
func repair(path string) (repaired bool, err error) {
	folders, err := os.ReadDir(path)
	if err != nil {
		return false, err
	}
	name := regexp.MustCompile(`^[0-9a-f]{8}(\.gob)?$`)
	for _, folder := range folders {
		if !folder.IsDir() || !name.MatchString(folder.Name()) {
			continue
		}
		within := filepath.Join(path, folder.Name())
		var collection struct{ Name string }
		unnamed, err := tornFile(filepath.Join(within, collectionFile), &collection)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return repaired, err
		}
		if !unnamed {
			if _, err := lengthOf(collection.Name); err != nil {
				return repaired, err
			}
		}
		files, err := os.ReadDir(within)
		if err != nil {
			return repaired, err
		}
		for _, file := range files {
			if file.IsDir() || !name.MatchString(file.Name()) || filepath.Ext(file.Name()) != ".gob" {
				continue
			}
			at := filepath.Join(within, file.Name())
			torn := unnamed // what is in a collection without a name cannot be read
			if !torn && file.Name() != collectionFile {
				if torn, err = tornFile(at, &chromem.Document{}); err != nil {
					return repaired, err
				}
			}
			if torn {
				if err := os.Remove(at); err != nil {
					return repaired, err
				}
				repaired = true
			}
		}
	}
	return repaired, nil
}

// tornFile reports whether a file does not decode.
func tornFile(path string, into any) (bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	return gob.NewDecoder(bytes.NewReader(data)).Decode(into) != nil, nil
}
