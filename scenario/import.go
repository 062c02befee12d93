package scenario

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// importKinds are the kinds of POST /imports for each kind of party.
var importKinds = map[domain.PartyKind]string{
	domain.Person: "people", domain.Household: "households", domain.Enterprise: "enterprises", domain.Organization: "groups",
}

// importBatch puts many parties on file as a person would: one table, sent,
// checked and confirmed (导入 N 家 …).
func (w *world) importBatch(ctx context.Context, s Batch) error {
	kind := partyKinds[s.Kind]
	table, err := w.importTable(s, kind)
	if err != nil {
		return err
	}
	var view object
	form, mime, err := importForm(importKinds[kind], table)
	if err != nil {
		return err
	}
	if err := w.send(ctx, w.admin, http.MethodPost, "/imports", mime, form, &view); err != nil {
		return err
	}
	if view, err = w.importUntil(ctx, str(view["id"]), "checked"); err != nil {
		return err
	}
	counts, _ := view["counts"].(map[string]any)
	for _, bad := range []string{"fault", "duplicate", "alike"} {
		if n, _ := counts[bad].(float64); n > 0 {
			return w.importFault(ctx, str(view["id"]), bad, int(n))
		}
	}
	path := "/imports/" + str(view["id"])
	if err := w.call(ctx, w.admin, http.MethodPost, path+"/confirm", object{"skip_bad": false, "rev": view["rev"]}, &view); err != nil {
		return err
	}
	if view, err = w.importUntil(ctx, str(view["id"]), "done"); err != nil {
		return err
	}
	return w.importNames(ctx, path, kind, s)
}

// importTable writes the batch as the CSV that a person would send.
func (w *world) importTable(s Batch, kind domain.PartyKind) ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	head := []string{map[domain.PartyKind]string{domain.Person: "姓名", domain.Household: "户名"}[kind]}
	if head[0] == "" {
		head[0] = "名称"
	}
	for i := range s.N {
		args, err := itemArgs(s.Args, i, s.N)
		if err != nil {
			return nil, err
		}
		row := []string{strings.ReplaceAll(s.Name, "{n}", strconv.Itoa(i+1))}
		for _, a := range args {
			labels, cells, err := w.importCell(kind, a)
			if err != nil {
				return nil, fmt.Errorf("第 %d 项：%w", i+1, err)
			}
			if i == 0 {
				head = append(head, labels...)
			}
			row = append(row, cells...)
		}
		if i == 0 {
			_ = out.Write(head) // into memory: cannot fail
		}
		_ = out.Write(row)
	}
	out.Flush()
	return b.Bytes(), out.Error()
}

// importCell words one argument as columns of the table.
func (w *world) importCell(kind domain.PartyKind, a Arg) (labels, cells []string, err error) {
	text := a.Value.Text
	switch {
	case a.Key == "region" || a.Key == "区":
		r, err := w.regionOf(text)
		if err != nil {
			return nil, nil, err
		}
		return []string{"所在区划"}, []string{r.id}, nil
	case a.Key == "place" || a.Key == "位置":
		p, err := w.place(a.Value)
		if err != nil {
			return nil, nil, err
		}
		at := p.(object)
		return []string{"纬度", "经度"}, []string{fmt.Sprint(at["lat"]), fmt.Sprint(at["lng"])}, nil
	case a.Key == "标签" || a.Key == "tags":
		return []string{"标签"}, []string{strings.Join(texts(a.Value), "、")}, nil
	case identifiers[a.Key] != "":
		label := map[string]string{"phone": "联系电话", "id_number": "身份证号", "uscc": "统一社会信用代码"}[identifiers[a.Key]]
		return []string{label}, []string{text}, nil
	}
	f, ok := w.partyField(kind, a.Key)
	if !ok {
		return nil, nil, fmt.Errorf("档案里没有字段「%s」", a.Key)
	}
	words := texts(a.Value)
	if f.Type == program.TypeChoice {
		for i, x := range words {
			key, err := optionNamed(f.List, x)
			if err != nil {
				return nil, nil, err
			}
			words[i] = f.List.Options.Get(key).Label
		}
	}
	if a.Value.Kind == Fen {
		words = []string{a.Value.String()}
	}
	return []string{f.Label}, []string{strings.Join(words, "、")}, nil
}

func importForm(kind string, table []byte) (body []byte, mime string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", "名册.csv")
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(table); err != nil {
		return nil, "", err
	}
	if err := form.WriteField("kind", kind); err != nil {
		return nil, "", err
	}
	if err := form.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), form.FormDataContentType(), nil
}

// importSteps bounds how often the background is asked to go on.
const importSteps = 10_000

// importUntil lets the background work until the import is in a state.
func (w *world) importUntil(ctx context.Context, id, state string) (view object, err error) {
	for range importSteps {
		if err := w.tick(ctx); err != nil {
			return nil, err
		}
		view = nil
		if err := w.call(ctx, w.admin, http.MethodGet, "/imports/"+id, nil, &view); err != nil {
			return nil, err
		}
		switch now := str(view["state"]); now {
		case state:
			return view, nil
		case "reading", "checking", "writing":
		default:
			return nil, fmt.Errorf("导入停在 %s：%v", now, view["fault"])
		}
	}
	return nil, fmt.Errorf("导入没有做完")
}

// importFault quotes the first line that would not be written.
func (w *world) importFault(ctx context.Context, id, state string, n int) error {
	rows, err := w.pages(ctx, w.admin, "/imports/"+id+"/rows", url.Values{"state": {state}}, 1)
	if err != nil || len(rows) == 0 {
		return err
	}
	return fmt.Errorf("%d 行 %s，例如 %v：%v", n, state, rows[0]["name"], rows[0]["notes"])
}

// importNames ties the names of the batch to what was made.
func (w *world) importNames(ctx context.Context, path string, kind domain.PartyKind, s Batch) error {
	rows, err := w.pages(ctx, w.admin, path+"/rows", url.Values{}, s.N)
	if err != nil {
		return err
	}
	if len(rows) < s.N {
		return fmt.Errorf("导入了 %d 行，应有 %d 行", len(rows), s.N)
	}
	for i, x := range rows[:s.N] {
		args, err := itemArgs(s.Args, i, s.N)
		if err != nil {
			return err
		}
		t := &thing{kind: aParty, id: str(x["made"]), name: str(x["name"]), partyKind: kind, region: w.root.id}
		if r, err := w.regionOf(args.Text("region", "区")); err == nil {
			t.region = r.id
		}
		if err := w.placed(t, object{}, args); err != nil {
			return err
		}
		w.put(t)
	}
	return nil
}
