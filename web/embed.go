// Package web holds the built screens: the staff console and the phone app. It is only
// the files; who serves them under which path, with which headers, is said elsewhere.
//
// Before `npm run build` the two folders hold nothing but a README.txt: the server then
// has no screens, and everything else works.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:console/dist
var console embed.FS

//go:embed all:mobile/dist
var mobile embed.FS

// Console is the console's build: index.html, assets/ with .br and .gz beside each text
// file. It belongs under /console/.
func Console() fs.FS { return sub(console, "console/dist") }

// Mobile is the phone app's build, with its service worker. It belongs under /m/.
func Mobile() fs.FS { return sub(mobile, "mobile/dist") }

func sub(all fs.FS, dir string) fs.FS {
	f, err := fs.Sub(all, dir)
	if err != nil {
		panic(err) // only a path that is not valid, and these are constants
	}
	return f
}
