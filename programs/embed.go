// Package programs embeds the mechanisms that come with the product, one folder
// each. It holds data only; no code anywhere names one of them.
package programs

import (
	"embed"
	"io/fs"
)

//go:embed */*
var files embed.FS

// FS gives every embedded program folder by its name.
func FS() (map[string]fs.FS, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	out := make(map[string]fs.FS, len(entries))
	for _, e := range entries {
		sub, err := fs.Sub(files, e.Name())
		if err != nil {
			return nil, err
		}
		out[e.Name()] = sub
	}
	return out, nil
}
