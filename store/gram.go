package store

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linqiao/domain"
)

// Search keeps its own index of bigrams: pairs of neighbouring characters. It
// finds words of two Chinese characters, which trigram indexes cannot. Names
// are found by pinyin and by initials as well; those grams carry a mark so that
// letters typed in a name and letters of a reading do not mix.
const (
	markPinyin   = "\x01"
	markInitials = "\x02"
	gramsMax     = 400 // of one text: enough for a page of words
	gramsPage    = 6000
)

// bigrams gives the distinct pairs of a text, lower case; breaks separate words.
// A word of one character is its own gram.
func bigrams(text string) []string {
	var out []string
	for _, word := range words(text) {
		out = append(out, pairs(word, "")...)
	}
	return distinct(out)
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func pairs(word, mark string) []string {
	runes := []rune(word)
	if len(runes) == 1 {
		return []string{mark + word}
	}
	out := make([]string, 0, len(runes))
	for i := range len(runes) - 1 {
		out = append(out, mark+string(runes[i:i+2]))
	}
	return out
}

func distinct(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) > gramsMax {
		list = list[:gramsMax]
	}
	return list
}

// nameGrams indexes names: bigrams, single characters (one typed character finds
// a name), full pinyin, and initials.
func nameGrams(names ...string) []string {
	var out []string
	for _, name := range names {
		if name == "" {
			continue
		}
		out = append(out, bigrams(name)...)
		for _, r := range strings.Join(words(name), "") {
			out = append(out, string(r))
		}
		syl := syllables(name)
		if len(syl) == 0 {
			continue
		}
		var initials strings.Builder
		for _, s := range syl {
			r, _ := utf8.DecodeRuneInString(s)
			initials.WriteRune(r)
		}
		out = append(out, pairs(strings.Join(syl, ""), markPinyin)...)
		out = append(out, pairs(initials.String(), markInitials)...)
	}
	return distinct(out)
}

// queries gives the ways to read what somebody typed, each a list of grams that
// must all be there: as text, and, when it is Latin letters only, as full pinyin
// and as initials.
func queries(text string) [][]string {
	plain := bigrams(text)
	if len(plain) == 0 {
		return nil
	}
	ways := [][]string{plain}
	joined := strings.Join(words(text), "")
	if len(joined) >= 2 && strings.IndexFunc(joined, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
		ways = append(ways, distinct(pairs(joined, markPinyin)), distinct(pairs(joined, markInitials)))
	}
	return ways
}

// IndexText makes a thing findable by a text: it replaces what was indexed for
// (kind, id). An empty text takes it out of the index.
func (tx *Tx) IndexText(kind, id, path string, texts ...string) error {
	return tx.setGrams(kind, id, path, bigrams(strings.Join(texts, " ")))
}

// IndexPage is IndexText for a text of several pages, which is changed seldom.
func (tx *Tx) IndexPage(kind, id, path string, texts ...string) error {
	grams := make([]string, 0, gramsPage)
	for _, word := range words(strings.Join(texts, " ")) {
		grams = append(grams, pairs(word, "")...)
	}
	slices.Sort(grams)
	grams = slices.Compact(grams)
	return tx.setGrams(kind, id, path, grams[:min(len(grams), gramsPage)])
}

// IndexNew is IndexText for a thing that was not indexed before: it does not look
// for what there is to replace.
func (tx *Tx) IndexNew(kind, id, path string, texts ...string) error {
	if tx.county == "" {
		return errNoCounty
	}
	return tx.addGrams(kind, id, path, bigrams(strings.Join(texts, " ")))
}

// IndexName is IndexText for names: found by pinyin and initials too.
func (tx *Tx) IndexName(kind, id, path string, names ...string) error {
	return tx.setGrams(kind, id, path, nameGrams(names...))
}

// setGrams changes the grams of a thing to want, touching only what differs.
func (tx *Tx) setGrams(kind, id, path string, want []string) error {
	if tx.county == "" {
		return errNoCounty
	}
	type held struct{ gram, path string }
	have, err := many(tx, func(rows rowScanner, h *held) error { return rows.Scan(&h.gram, &h.path) },
		"SELECT gram, path FROM gram WHERE county = $1 AND kind = $2 AND id = $3", tx.county, kind, id)
	if err != nil {
		return err
	}
	kept := make(map[string]bool, len(have))
	for _, h := range have {
		if h.path == path && slices.Contains(want, h.gram) {
			kept[h.gram] = true
			continue
		}
		if err := tx.later("DELETE FROM gram WHERE county = $1 AND kind = $2 AND gram = $3 AND id = $4", tx.county, kind, h.gram, id); err != nil {
			return err
		}
	}
	return tx.addGrams(kind, id, path, slices.DeleteFunc(slices.Clone(want), func(g string) bool { return kept[g] }))
}

var gramIn = newInsertion("gram", "county, kind, gram, id, path", 4, " ON CONFLICT (county, kind, gram, id) DO NOTHING").wide()

// addGrams inserts grams.
func (tx *Tx) addGrams(kind, id, path string, grams []string) error {
	for _, g := range grams {
		if err := tx.put(gramIn, tx.county, kind, g, id, path); err != nil {
			return err
		}
	}
	return nil
}

// searchCond adds "the row idColumn names is found by text". A text without any
// letter or digit finds nothing.
func (tx *Tx) searchCond(w *where, kind, text, idColumn string) error {
	ways := queries(text)
	if len(ways) == 0 {
		w.add("1 = 0")
		return nil
	}
	var ors []string
	for _, grams := range ways {
		q, err := tx.gramQuery(w, kind, grams)
		if err != nil {
			return err
		}
		ors = append(ors, q)
	}
	w.conds = append(w.conds, idColumn+" IN ("+strings.Join(ors, " UNION ")+")")
	return nil
}

// gramQuery selects the ids that hold all grams, driven by the rarest one.
func (tx *Tx) gramQuery(w *where, kind string, grams []string) (string, error) {
	grams, err := tx.rarestFirst(kind, grams)
	if err != nil {
		return "", err
	}
	k := w.param(kind)
	q := "SELECT g.id FROM gram g WHERE g.county = $1 AND g.kind = " + k + " AND g.gram = " + w.param(grams[0])
	for _, g := range grams[1:] {
		q += " AND EXISTS (SELECT 1 FROM gram h WHERE h.county = $1 AND h.kind = " + k + " AND h.gram = " + w.param(g) + " AND h.id = g.id)"
	}
	return q, nil
}

// rarestFirst moves the gram with the fewest rows to the front; counting stops
// early, as a common gram need not be counted out.
func (tx *Tx) rarestFirst(kind string, grams []string) ([]string, error) {
	const enough = 300
	if len(grams) == 1 {
		return grams, nil
	}
	best, fewest := 0, int64(enough+1)
	for i, g := range grams {
		n, err := one(tx, "grams", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM gram WHERE county = $1 AND kind = $2 AND gram = $3 LIMIT $4) AS t",
			tx.county, kind, g, int64(enough))
		if err != nil {
			return nil, err
		}
		if n < fewest {
			best, fewest = i, n
		}
		if n == 0 {
			break
		}
	}
	out := slices.Clone(grams)
	out[0], out[best] = out[best], out[0]
	return out, nil
}

// Search finds ids of a kind by text inside a region subtree (path "" = county),
// newest first. Callers apply their own access rule to what comes back.
func (tx *Tx) Search(kind, text, path string, limit int) ([]string, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.add("kind = ?", kind)
	w.path("path", path)
	if err := tx.searchCond(w, kind, text, "gram.id"); err != nil {
		return nil, err
	}
	return many(tx, scanText, "SELECT DISTINCT id FROM gram"+w.String()+" ORDER BY id DESC"+w.fill(" LIMIT ?", int64(pageSize(limit))), w.args...)
}

// SearchRecords finds records by text among those the access clauses admit.
func (tx *Tx) SearchRecords(text string, access []AccessClause, limit int) ([]domain.Record, error) {
	page, err := tx.Records(RecordFilter{Query: text, Access: access, Limit: limit})
	return page.Items, err
}
