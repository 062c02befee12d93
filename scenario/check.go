package scenario

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// check reads an expectation from the API, never from the store.
func (w *world) check(ctx context.Context, s Sentence) error {
	switch s := s.(type) {
	case ExpectStage:
		return w.checkStage(ctx, s)
	case ExpectValue:
		return w.checkValue(ctx, s)
	case ExpectWalk:
		return w.checkWalk(ctx, s)
	case ExpectWaiting:
		return w.checkWaiting(ctx, s)
	case ExpectClock:
		return w.checkClock(ctx, s)
	case ExpectDelivery:
		return w.checkDelivery(ctx, s)
	case ExpectSee:
		return w.checkSee(ctx, s)
	case ExpectStat:
		return w.checkStat(ctx, s)
	case ExpectLedger:
		return w.checkLedger(ctx, s)
	case ExpectCount:
		return w.checkCount(ctx, s)
	case ExpectResult:
		return w.checkResult(s)
	case ExpectRoster:
		return w.checkRoster(ctx, s)
	case ExpectWindow:
		return w.checkWindow(ctx, s)
	case ExpectPacket:
		return w.checkPacket(ctx, s)
	case ExpectConclusions:
		return w.checkConclusions(ctx, s)
	case ExpectConflict:
		return w.checkConflict(ctx, s)
	case ExpectPartner:
		return w.checkPartner(ctx, s)
	case ExpectSame:
		return w.checkSame()
	case ExpectRefused:
		return w.checkRefused(ctx, s)
	case ExpectAbsent:
		return w.checkAbsent(ctx, s)
	}
	return fmt.Errorf("本版本尚不支持这个句型")
}

func (w *world) checkStage(ctx context.Context, s ExpectStage) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	want, err := w.stageNamed(t.rec, s.Stage)
	if err != nil {
		return err
	}
	got := ""
	if err := w.views(ctx, t, func(view object) bool {
		got = str(view["stage"])
		return true
	}); err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("在「%s」，应在「%s」", got, want)
	}
	for _, c := range s.Also {
		if err := w.checkValue(ctx, ExpectValue{Of: s.Of, Compare: c}); err != nil {
			return err
		}
	}
	return nil
}

// checkValue reads a field as the first reader who sees it.
func (w *world) checkValue(ctx context.Context, s ExpectValue) error {
	t, err := w.get(s.Of)
	if err != nil {
		return err
	}
	if t.kind == aDocument {
		got, _ := dig(t.doc, s.Key)
		return w.compare(ctx, s.Compare, got, nil)
	}
	if t.kind == aParty {
		return w.checkParty(ctx, t, s.Compare)
	}
	if t.kind != aRecord || t.rec == nil {
		return fmt.Errorf("「%s」没有可读的字段", s.Of)
	}
	field, _ := fieldNamed(t.rec, s.Key)
	key := s.Key
	if field != nil {
		key = field.Key
	}
	fault := fmt.Errorf("没有人看得见「%s」的 %s", s.Of, s.Key)
	err = w.views(ctx, t, func(view object) bool {
		got, ok := readKey(view, key)
		if ok {
			fault = w.compare(ctx, s.Compare, got, field)
		}
		return ok
	})
	if err == nil {
		err = fault
	}
	return err
}

func (w *world) checkParty(ctx context.Context, t *thing, c Compare) error {
	field, _ := w.partyField(t.partyKind, c.Key)
	key := c.Key
	if field != nil {
		key = field.Key
	}
	var view object
	for _, a := range append([]*thing{{login: w.admin}}, w.readers(t, nil)...) {
		if err := w.call(ctx, a.login, http.MethodGet, "/parties/"+t.id, nil, &view); err != nil {
			continue
		}
		if got, ok := readKey(view, key); ok {
			return w.compare(ctx, c, got, field)
		}
	}
	return fmt.Errorf("没有人看得见「%s」的 %s", t.name, c.Key)
}

func (w *world) checkWalk(ctx context.Context, s ExpectWalk) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	var want, got []string
	for _, x := range splitTop(s.Stages, ',') {
		key, err := w.stageNamed(t.rec, x)
		if err != nil {
			return err
		}
		want = append(want, key)
	}
	err = w.views(ctx, t, func(view object) bool {
		got = nil
		for _, x := range list(view["stages_walked"]) {
			got = append(got, str(x["stage"]))
		}
		return len(got) > 0
	})
	if err == nil && !slices.Equal(got, want) {
		err = fmt.Errorf("走过 %s", strings.Join(got, "，"))
	}
	return err
}

func (w *world) checkWaiting(ctx context.Context, s ExpectWaiting) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	r, err := w.roleNamed(s.Role)
	if err != nil {
		return err
	}
	found := false
	err = w.views(ctx, t, func(view object) bool {
		for _, sig := range list(view["signatures"]) {
			for _, slot := range list(sig["slots"]) {
				if slot["signed"] == nil && (str(slot["role"]) == r.Key || strings.Contains(str(slot["label"]), r.Label)) {
					found = true
				}
			}
		}
		return found
	})
	if err == nil && !found {
		err = fmt.Errorf("没有等「%s」签", r.Label)
	}
	return err
}

func (w *world) checkClock(ctx context.Context, s ExpectClock) error {
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	_, key, _ := strings.Cut(s.Clock, ".")
	k, err := pick("钟", key, t.rec.Clocks, func(c *program.Clock) string { return c.Label })
	if err != nil {
		return err
	}
	var clock object
	err = w.views(ctx, t, func(view object) bool {
		for _, x := range list(view["clocks"]) {
			if str(x["key"]) == k.Key {
				clock = x
			}
		}
		return clock != nil
	})
	if err != nil {
		return err
	}
	if clock == nil {
		return fmt.Errorf("没有这个钟，或还没有开始")
	}
	return clockIs(clock, s.What, s.Want.Text)
}

func clockIs(clock object, what, want string) error {
	due, _ := time.Parse(time.RFC3339, str(clock["due"]))
	from, _ := time.Parse(time.RFC3339, str(clock["from"]))
	met, metErr := time.Parse(time.RFC3339, str(clock["met"]))
	got := ""
	switch what {
	case "到期":
		t, err := parseInstant(want)
		if err != nil {
			return err
		}
		if due.Equal(t) {
			return nil
		}
		got = due.In(domain.Beijing).Format("2006-01-02 15:04")
	case "余":
		if got = str(clock["left"]); strings.Contains(got, want) {
			return nil
		}
	case "用时":
		d, _, err := parseSpan(want)
		if err != nil {
			return err
		}
		if metErr == nil && met.Sub(from).Round(time.Minute) == d {
			return nil
		}
		got = met.Sub(from).String()
	case "状态":
		switch {
		case metErr == nil && clock["overdue"] != true:
			got = "按时"
		case metErr == nil:
			got = "超时办结"
		case clock["overdue"] == true:
			got = "超时"
		default:
			got = "进行中"
		}
		if got == want {
			return nil
		}
	}
	return fmt.Errorf("%s是 %s", what, got)
}

func (w *world) checkDelivery(ctx context.Context, s ExpectDelivery) error {
	who, _, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	items, err := w.pages(ctx, who, "/notifications", url.Values{}, 2000)
	if err != nil {
		return err
	}
	if slices.Contains(ownMessages, s.Message) {
		n := len(slices.DeleteFunc(items, func(x object) bool { return str(x["message"]) != s.Message }))
		return s.times(n)
	}
	m, err := pick("讯息", s.Message, w.prog.Messages, func(m *program.Message) string { return m.Key })
	if err != nil {
		return err
	}
	lit := ""
	for _, p := range m.Text.Parts {
		if p.Expr == nil && len(p.Lit) > len(lit) {
			lit = p.Lit
		}
	}
	n := 0
	for _, x := range items {
		if str(x["message"]) == m.Key || strings.Contains(str(x["text"]), lit) {
			n++
		}
	}
	return s.times(n)
}

func (s ExpectDelivery) times(n int) error {
	if (s.Times < 0 && n > 0) || n == s.Times {
		return nil
	}
	return fmt.Errorf("送达 %d 次", n)
}

func (w *world) checkSee(ctx context.Context, s ExpectSee) error {
	who, _, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	view, err := w.viewAs(ctx, who, t.id)
	if e, ok := asAPIError(err); ok && (e.Status == http.StatusNotFound || e.Status == http.StatusUnauthorized) {
		if s.Not {
			return nil
		}
		return fmt.Errorf("看不见")
	}
	if err != nil {
		return err
	}
	if len(s.Keys) == 0 {
		if s.Not {
			return fmt.Errorf("看得见")
		}
		return nil
	}
	for _, key := range s.Keys {
		if f, ok := fieldNamed(t.rec, key); ok {
			key = f.Key
		}
		if w.visible(ctx, who, view, key) == s.Not {
			return fmt.Errorf("%s：%s", key, map[bool]string{true: "看得见", false: "看不见"}[s.Not])
		}
	}
	return nil
}

// visible reports whether the view shows a key with a value that is not masked.
func (w *world) visible(ctx context.Context, who *login, view object, key string) bool {
	for _, x := range anyList(view["masked"]) {
		if x == key {
			return false
		}
	}
	if v, ok := readKey(view, key); ok && v != nil && v != "" && !strings.Contains(fmt.Sprint(v), "**") {
		return true
	}
	sub, isSubject := strings.CutPrefix(key, "subject.")
	party, _ := view["subject"].(map[string]any)
	if !isSubject || str(party["id"]) == "" {
		return false
	}
	var p object
	if err := w.call(ctx, who, http.MethodGet, "/parties/"+str(party["id"]), nil, &p); err != nil {
		return false
	}
	v, ok := readKey(p, sub)
	return ok && v != nil && v != "" && !strings.Contains(fmt.Sprint(v), "**")
}

func anyList(v any) []any {
	x, _ := v.([]any)
	return x
}

// checkResult holds the last list of offers against `name=可申请(reasons)`.
func (w *world) checkResult(s ExpectResult) error {
	if w.last == nil || w.last.kind != aDocument {
		return fmt.Errorf("上一次「看」没有结果")
	}
	results := list(w.last.doc["results"])
	for _, a := range s.Args {
		offer, err := w.get(a.Key)
		if err != nil {
			return err
		}
		if err := resultIs(results, offer.id, a.Value.Text); err != nil {
			return fmt.Errorf("%s：%w", a.Key, err)
		}
	}
	return nil
}

func resultIs(results []object, id, want string) error {
	verdict, rest, hasReasons := strings.Cut(want, "(")
	wantKey := map[string]string{"可申请": "fit", "待补": "ask", "缺": "miss"}[verdict]
	if wantKey == "" {
		return fmt.Errorf("「%s」应写成 可申请(理由)、待补(项) 或 缺(理由)", want)
	}
	for _, x := range results {
		o, _ := x["offer"].(map[string]any)
		if str(o["id"]) != id {
			continue
		}
		if got := str(x["verdict"]); got != wantKey {
			return fmt.Errorf("是 %s %v %v", got, x["reasons"], x["missing"])
		}
		list := map[string]string{"fit": "reasons", "ask": "ask", "miss": "missing"}[wantKey]
		got := []string{}
		for _, y := range anyList(x[list]) {
			got = append(got, fmt.Sprint(y))
		}
		reasons := splitTop(strings.TrimSuffix(rest, ")"), ',')
		sort.Strings(got)
		sort.Strings(reasons)
		if hasReasons && !slices.Equal(got, reasons) {
			return fmt.Errorf("理由是 %s", strings.Join(got, "，"))
		}
		return nil
	}
	return fmt.Errorf("不在结果里")
}
