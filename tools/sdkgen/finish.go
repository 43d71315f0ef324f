package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// finish makes packages of what the generators give: they write the sources and leave out what a registry, a bundler or
// a type checker needs beside them. Paths are below sdk/LANGUAGE.
func finish(root string, language string, bound *schema.Package, files map[string][]byte) error {
	license, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		return err
	}
	switch language {
	case "nodejs":
		files["LICENSE"] = license
		return finishNode(files)
	case "python":
		files["LICENSE"] = license
		return finishPython(bound, files)
	case "go":
		// go.mod and go.sum are kept by hand: they name the oldest Pulumi SDK that the package is compiled with.
		files["awskms/LICENSE"] = license
		files["awskms/README.md"] = []byte(bound.Description + "\n")
	}
	return nil
}

// finishNode makes package.json say what the package holds: compiled CommonJS and types, below bin.
func finishNode(files map[string][]byte) error {
	var manifest map[string]any
	if err := json.Unmarshal(files["package.json"], &manifest); err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	manifest["main"] = "bin/index.js"
	manifest["types"] = "bin/index.d.ts"
	manifest["files"] = []string{"bin", "LICENSE", "README.md"}
	// The SDK reads its version from the package.json beside its code.
	build := `tsc && node -e "require('fs').copyFileSync('package.json', 'bin/package.json')"`
	manifest["scripts"] = map[string]string{"build": build, "prepare": "npm run build"}
	text, err := json.MarshalIndent(manifest, "", "    ")
	if err != nil {
		return err
	}
	files["package.json"] = []byte(strings.ReplaceAll(string(text), `\u0026`, "&") + "\n")
	return nil
}

// finishPython lets enums be given as strings, which the provider takes and type checkers otherwise refuse, and puts the
// README where pyproject.toml says that it is.
func finishPython(bound *schema.Package, files map[string][]byte) error {
	const folder = "pulumi_awskms/"
	files["README.md"] = files[folder+"README.md"]
	delete(files, folder+"README.md")
	var names []string
	literals := map[string]string{}
	for _, candidate := range bound.Types {
		enum, ok := candidate.(*schema.EnumType)
		if !ok {
			continue
		}
		name := enum.Token[strings.LastIndex(enum.Token, ":")+1:]
		var values []string
		for _, element := range enum.Elements {
			values = append(values, fmt.Sprintf("'%v'", element.Value))
		}
		names = append(names, name)
		literals[name] = strings.Join(values, ", ")
	}
	sort.Strings(names)
	enums, listed, aliases := string(files[folder+"_enums.py"]), "", ""
	for _, name := range names {
		listed += fmt.Sprintf("    '%sValue',\n", name)
		aliases += fmt.Sprintf("\n\n%sValue = Literal[%s]\n\"\"\"\nThe values of `%s` as strings.\n\"\"\"\n", name, literals[name], name)
	}
	enums, err := replace(enums, "__all__ = [\n", "__all__ = [\n"+listed, 1)
	if err != nil {
		return err
	}
	if enums, err = replace(enums, "from enum import Enum\n", "from enum import Enum\nfrom typing import Literal\n", 1); err != nil {
		return err
	}
	files[folder+"_enums.py"] = []byte(enums + aliases)
	for path, content := range files {
		text := string(content)
		for _, name := range names {
			// Wherever an input takes the enum, and nowhere else: an output is the enum itself.
			for _, form := range []string{"pulumi.Input['%s']", "pulumi.Input[Optional['%s']]", "NotRequired[pulumi.Input['%s']]"} {
				old := fmt.Sprintf(form, name)
				union := fmt.Sprintf("Union['%s', '%sValue']", name, name)
				text = strings.ReplaceAll(text, old, strings.ReplaceAll(old, "'"+name+"'", union))
			}
		}
		files[path] = []byte(text)
	}
	return nil
}

// replace demands that the text has what is replaced, so that a newer generator cannot make a patch void in silence.
func replace(text, old, by string, times int) (string, error) {
	if strings.Count(text, old) < times {
		return "", fmt.Errorf("the generator no longer writes %q", old)
	}
	return strings.Replace(text, old, by, times), nil
}
