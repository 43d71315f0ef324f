// Command sdkgen writes sdk/{nodejs,python,go} from schema.json.
//
//	sdkgen ROOT          writes them
//	sdkgen ROOT --check  fails when a file is not what the schema says
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-awskms sdkgen"

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: sdkgen ROOT [--check]"))
	}
	root := os.Args[1]
	files, err := generate(root)
	if err != nil {
		fail(err)
	}
	if len(os.Args) > 2 && os.Args[2] == "--check" {
		fail(check(root, files))
		fmt.Printf("%d SDK files are up to date\n", len(files))
		return
	}
	fail(write(root, files))
	fmt.Printf("wrote %d SDK files\n", len(files))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "sdkgen:", err)
		os.Exit(1)
	}
}

// generate returns every file of every SDK by its path below the repository.
func generate(root string) (map[string][]byte, error) {
	text, err := os.ReadFile(filepath.Join(root, "schema.json"))
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("schema.json: %w", err)
	}
	all := map[string][]byte{}
	languages := map[string]func(*schema.Package) (map[string][]byte, error){
		"nodejs": func(p *schema.Package) (map[string][]byte, error) {
			return nodejs.GeneratePackage(tool, p, nil, nil, false, nil)
		},
		"python": func(p *schema.Package) (map[string][]byte, error) {
			return python.GeneratePackage(tool, p, nil, nil)
		},
		"go": func(p *schema.Package) (map[string][]byte, error) {
			return gogen.GeneratePackage(tool, p, nil)
		},
	}
	for language, run := range languages {
		// The generators write into the bound package, so each gets its own.
		bound, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
		if err != nil {
			return nil, err
		}
		if diagnostics.HasErrors() {
			return nil, fmt.Errorf("schema.json: %w", diagnostics)
		}
		files, err := run(bound)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", language, err)
		}
		if err := finish(root, language, bound, files); err != nil {
			return nil, fmt.Errorf("%s: %w", language, err)
		}
		for path, content := range files {
			all[filepath.Join("sdk", language, path)] = content
		}
	}
	return all, nil
}

func write(root string, files map[string][]byte) error {
	for path, content := range files {
		target := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func check(root string, files map[string][]byte) error {
	var stale []string
	for path, content := range files {
		present, err := os.ReadFile(filepath.Join(root, path))
		if err != nil || !bytes.Equal(present, content) {
			stale = append(stale, path)
		}
	}
	if len(stale) > 0 {
		sort.Strings(stale)
		return fmt.Errorf("stale: %s. Run `make sdk`", strings.Join(stale, ", "))
	}
	return nil
}
