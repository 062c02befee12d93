package program

import (
	"cmp"
	"fmt"
	"slices"
)

// Issue is one fault of a program's files. All faults are reported at once, in
// the order of the files, so that an author mends them in one pass.
type Issue struct {
	File string `json:"file"` // folder/file, as the author knows it
	Line int    `json:"line"` // 1-based; 0 when the fault has no place
	Col  int    `json:"col"`
	Path string `json:"path"` // dotted address: records.demand.moves.raise.guard
	Rule string `json:"rule"` // stable short code
	Msg  string `json:"msg"`  // Chinese
	Hint string `json:"hint"` // Chinese
	Warn bool   `json:"warn"` // the Set stays usable
}

func (i Issue) Error() string {
	s := fmt.Sprintf("%s:%d:%d: [%s] %s", i.File, i.Line, i.Col, i.Rule, i.Msg)
	if i.Path != "" {
		s += "（" + i.Path + "）"
	}
	if i.Hint != "" {
		s += " 提示：" + i.Hint
	}
	return s
}

// Fatal reports whether any issue forbids the use of the Set.
func Fatal(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return !i.Warn })
}

func sortIssues(issues []Issue) []Issue {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Msg, b.Msg),
		)
	})
	return slices.Compact(issues)
}

// nearest gives the candidate most like the word, or "" when none is close:
// the "did you mean" of every unresolved name.
func nearest(word string, among []string) string {
	best, dist := "", 3
	if len(word) > 64 {
		return ""
	}
	for _, c := range among {
		if d := editDistance(word, c); d < dist && d < max(len(word), 2) {
			best, dist = c, d
		}
	}
	return best
}

func didYouMean(word string, among []string) string {
	if n := nearest(word, among); n != "" {
		return "是不是“" + n + "”？"
	}
	return ""
}

// editDistance counts insertions, deletions and replacements of bytes.
func editDistance(a, b string) int {
	if abs(len(a)-len(b)) > 3 {
		return 9
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diag := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diag
			if a[i-1] != b[j-1] {
				cost++
			}
			diag = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
