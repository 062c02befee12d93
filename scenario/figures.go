package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// figureReaders are accounts whose roles may read figures, the widest first.
func (w *world) figureReaders() []*thing {
	var out []*thing
	for _, all := range []bool{true, false} {
		for key, r := range w.prog.Roles.All() {
			if r.FiguresAll == all && (all || len(r.Figures) > 0) {
				out = append(out, w.holders(key)...)
			}
		}
	}
	wide := func(a *thing) int {
		for _, m := range a.members {
			if m.org.region == w.root.id {
				return 0
			}
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b *thing) int { return wide(a) - wide(b) })
	return append(out, &thing{name: "管理员", login: w.admin})
}

func (w *world) figure(ctx context.Context, path string) (object, error) {
	var last error
	for _, a := range w.figureReaders() {
		var answer object
		if last = w.call(ctx, a.login, http.MethodGet, path, nil, &answer); last == nil {
			return answer, nil
		}
	}
	return nil, last
}

func (w *world) checkStat(ctx context.Context, s ExpectStat) error {
	stat, err := w.statNamed(s.Stat)
	if err != nil {
		return err
	}
	q := url.Values{}
	if s.Period != "" {
		q.Set("period", s.Period)
	}
	if s.Region != "" {
		r, err := w.regionOf(s.Region)
		if err != nil {
			return err
		}
		q.Set("region", r.id)
	}
	var conditions []string
	for _, a := range s.Where {
		v, err := w.dimValue(stat, a)
		if err != nil {
			return err
		}
		conditions = append(conditions, v)
	}
	if len(conditions) > 0 {
		q.Set("where", strings.Join(conditions, ","))
	}
	answer, err := w.figure(ctx, "/programs/"+w.prog.Key+"/stats/"+stat.Key+"?"+q.Encode())
	if err != nil {
		return err
	}
	return compareFigure(s.Compare, answer["value"], str(answer["unit"]))
}

// dimValue gives `dimension:key` of a condition, whose value may be a name of
// the story, an option's label or a key.
func (w *world) dimValue(stat *program.Stat, a Arg) (string, error) {
	for _, d := range stat.By {
		if d.Key != a.Key && d.Label != a.Key {
			continue
		}
		if d.Field != nil && d.Field.List != nil {
			k, err := optionNamed(d.Field.List, a.Value.Text)
			return d.Key + ":" + k, err
		}
		if t, err := w.get(a.Value.Text); err == nil && t.id != "" {
			return d.Key + ":" + t.id, nil
		}
		if d.Key == "channel" {
			return d.Key + ":" + w.channel(a.Value.Text), nil
		}
		return d.Key + ":" + a.Value.Text, nil
	}
	return "", fmt.Errorf("指标「%s」没有维度「%s」", stat.Label, a.Key)
}

// compareFigure compares a figure in its own unit: fen for money, bp for shares.
func compareFigure(c Compare, got any, unit string) error {
	n, ok := got.(float64)
	if !ok {
		return fmt.Errorf("没有数（%v）", got)
	}
	want, shown, err := figureWanted(c.Want.Text, unit)
	if err != nil {
		return err
	}
	show := func(v float64) string {
		switch unit {
		case "fen":
			return strconv.FormatFloat(v/1e6, 'f', -1, 64) + "万元"
		case "bp":
			return strconv.FormatFloat(v/100, 'f', -1, 64) + "%"
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	ok = false
	switch c.Op {
	case "=":
		ok = n == want
	case "≠":
		ok = n != want
	case ">":
		ok = n > want
	case "<":
		ok = n < want
	case ">=":
		ok = n >= want
	case "<=":
		ok = n <= want
	case "~": // the printed figure is rounded: equal at its precision
		ok = n >= want-shown/2 && n < want+shown/2
	default:
		return fmt.Errorf("数不能用「%s」比较", c.Op)
	}
	if ok {
		return nil
	}
	return fmt.Errorf("是 %s，应 %s %s", show(n), c.Op, c.Want.Text)
}

// figureWanted reads the wanted figure and the size of its last printed digit.
func figureWanted(s, unit string) (value, last float64, err error) {
	digitsOf := strings.TrimRight(strings.TrimSuffix(s, "元"), "万亿%")
	decimals := 0
	if _, frac, ok := strings.Cut(digitsOf, "."); ok {
		decimals = len(frac)
	}
	scale := 1.0
	switch {
	case strings.Contains(s, "亿"):
		scale = 1e8
	case strings.Contains(s, "万"):
		scale = 1e4
	}
	last = scale
	for range decimals {
		last /= 10
	}
	switch unit {
	case "fen":
		n, err := parseMoney(s)
		return float64(n), last * 100, err
	case "bp":
		n, err := parseBP(s)
		return float64(n), last * 100, err
	}
	f, err := strconv.ParseFloat(digitsOf, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("「%s」不是数", s)
	}
	return f * scale, last, nil
}

func (w *world) checkLedger(ctx context.Context, s ExpectLedger) error {
	l, err := w.ledgerNamed(s.Ledger)
	if err != nil {
		return err
	}
	path := "/programs/" + w.prog.Key + "/ledgers/" + l.Key + "?" + url.Values{"period": {s.Period}}.Encode()
	answer, err := w.figure(ctx, path)
	if err != nil {
		return err
	}
	switch s.What {
	case "冻结":
		if st := str(answer["state"]); st != "frozen" && st != "signed" {
			return fmt.Errorf("状态是 %s", st)
		}
		return nil
	case "已签":
		if st := str(answer["state"]); st != "signed" {
			return fmt.Errorf("状态是 %s", st)
		}
		return nil
	case "行":
		return compareFigure(s.Compare, float64(len(list(answer["rows"]))), "")
	case "更正":
		return compareFigure(s.Compare, float64(len(list(answer["corrections"]))), "")
	}
	return w.ledgerColumn(answer, s)
}

// ledgerColumn reads a column of the total row, or of the only row.
func (w *world) ledgerColumn(answer object, s ExpectLedger) error {
	key, unit := s.What, ""
	for _, c := range list(answer["columns"]) {
		if str(c["key"]) == s.What || str(c["label"]) == s.What {
			key, unit = str(c["key"]), str(c["unit"])
		}
	}
	if units, ok := answer["total_units"].(map[string]any); ok && unit == "" {
		unit = str(units[key])
	}
	if total, ok := answer["total"].(map[string]any); ok && total[key] != nil {
		return compareFigure(s.Compare, total[key], unit)
	}
	rows := list(answer["rows"])
	if len(rows) == 1 {
		if v, ok := dig(rows[0], "cells."+key); ok {
			if m, isMap := v.(map[string]any); isMap {
				v = m["value"]
			}
			return compareFigure(s.Compare, v, unit)
		}
	}
	return fmt.Errorf("台账没有「%s」的合计", s.What)
}

// checkCount counts records, or organisations (单位) and regions (区划) by kind.
func (w *world) checkCount(ctx context.Context, s ExpectCount) error {
	switch s.Record {
	case "单位", "区划":
		path, key := "/orgs", "kind"
		value := s.Stage
		if s.Record == "区划" {
			path, key = "/regions", "level"
			if l, ok := levels[value]; ok {
				value = string(l)
			}
		}
		items, err := w.pages(ctx, w.admin, path, url.Values{key: {value}}, 100_000)
		if err != nil {
			return err
		}
		return compareFigure(s.Compare, float64(len(items)), "")
	case "服务对象":
		items, err := w.pages(ctx, w.admin, "/parties", url.Values{"kind": {s.Stage}}, 100_000)
		if err != nil {
			return err
		}
		return compareFigure(s.Compare, float64(len(items)), "")
	}
	return w.countRecords(ctx, s)
}

// countRecords takes the largest count that any reader gets: each sees only its
// own part.
func (w *world) countRecords(ctx context.Context, s ExpectCount) error {
	rec, err := w.recordNamed(s.Record)
	if err != nil {
		return err
	}
	q := url.Values{"program": {w.prog.Key}, "record": {rec.Key}}
	if s.Stage != "" {
		stage, err := w.stageNamed(rec, s.Stage)
		if err != nil {
			return err
		}
		q.Set("stage", stage)
	}
	if s.Of != "" {
		t, err := w.get(s.Of)
		if err != nil {
			return err
		}
		q.Set(map[thingKind]string{aParty: "subject", aRecord: "parent", aRegion: "region"}[t.kind], t.id)
	}
	best, found := 0.0, false
	var last error
	for i, a := range w.readers(nil, rec) {
		if i >= 20 && found {
			break
		}
		var answer object
		if err := w.call(ctx, a.login, http.MethodGet, "/records/count?"+q.Encode(), nil, &answer); err != nil {
			last = err
			continue
		}
		n, _ := answer["count"].(float64)
		best, found = max(best, n), true
	}
	if !found {
		return fmt.Errorf("没有人能数：%w", last)
	}
	return compareFigure(s.Compare, best, "")
}

func (w *world) checkRoster(ctx context.Context, s ExpectRoster) error {
	r, err := pick("名册", strings.TrimPrefix(s.Roster, "roster."), w.prog.Rosters, func(r *program.Roster) string { return r.Label })
	if err != nil {
		return err
	}
	answer, err := w.figure(ctx, "/programs/"+w.prog.Key+"/rosters/"+r.Key)
	if err != nil {
		return err
	}
	return compareFigure(s.Compare, answer["count"], "")
}

func (w *world) checkSame() error {
	if !w.rebuilt {
		return fmt.Errorf("还没有重算")
	}
	if len(w.diffs) > 0 {
		return fmt.Errorf("重算不同：%s", strings.Join(w.diffs[:min(5, len(w.diffs))], "；"))
	}
	return nil
}

// checkRefused wants the act before to have failed with the text or code, and
// the record it aimed at to be unchanged.
func (w *world) checkRefused(ctx context.Context, s ExpectRefused) error {
	e, ok := asAPIError(w.refusal)
	if !ok {
		return fmt.Errorf("上句没有被拒")
	}
	if s.Text != "" && !e.says(s.Text) || s.Code != "" && !e.hasCode(s.Code) {
		return fmt.Errorf("拒绝的说法不同：%w", e)
	}
	for id, rev := range w.revs {
		t := w.records[id]
		if t == nil {
			continue
		}
		if err := w.views(ctx, t, func(view object) bool {
			if now, _ := view["rev"].(float64); now != rev {
				ok = false
			}
			return true
		}); err != nil {
			return err
		}
	}
	if !ok {
		return fmt.Errorf("被拒的操作改动了记录")
	}
	return nil
}

func (w *world) checkAbsent(ctx context.Context, s ExpectAbsent) error {
	if w.target.Find == nil {
		return fmt.Errorf("此处不能查找")
	}
	for _, name := range s.Names {
		for _, where := range s.Where {
			places, err := w.target.Find(ctx, name, where)
			if err != nil {
				return err
			}
			for _, p := range places {
				if !contains(s.Except, p) {
					return fmt.Errorf("「%s」在 %s", name, p)
				}
			}
		}
	}
	return nil
}
