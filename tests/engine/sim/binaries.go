// Package sim runs the KMS simulator, makes trouble for its callers, and reads its journal and keys.
package sim

import (
	"os"
	"path/filepath"
	"runtime"
)

// Binary is the path of a release binary: of the folder that AWSKMS_BIN names, else of target/release of this repository.
func Binary(name string) string {
	folder := os.Getenv("AWSKMS_BIN")
	if folder == "" {
		_, file, _, _ := runtime.Caller(0)
		folder = filepath.Join(filepath.Dir(file), "../../../target/release")
	}
	return filepath.Join(folder, name)
}
