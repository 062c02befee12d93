package scenario

import (
	"context"
	"fmt"
	"net/http"
)

// checkPacket asks what an order of a kind would show, as the one who sends it out.
func (w *world) checkPacket(ctx context.Context, s ExpectPacket) error {
	who, _, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	var out object
	if err := w.call(ctx, who, http.MethodGet, "/records/"+t.id+"/packets/"+s.Order, nil, &out); err != nil {
		return err
	}
	state := map[string]string{}
	for _, part := range []string{"before", "after"} {
		for _, x := range anyList(out[part]) {
			line, _ := x.(map[string]any)
			word := "有"
			for key, says := range map[string]string{"held": "扣下", "hidden": "不给看", "empty": "空"} {
				if line[key] == true {
					word = says
				}
			}
			state[str(line["path"])] = word
		}
	}
	for _, a := range s.Args {
		got := state[a.Key]
		if got == "" {
			got = "无"
		}
		if got != a.Value.Text {
			return fmt.Errorf("%s：%s，应%s", a.Key, got, a.Value.Text)
		}
	}
	return nil
}

// checkConclusions reads what each unit concluded on a matter, as one reader sees it.
func (w *world) checkConclusions(ctx context.Context, s ExpectConclusions) error {
	who, _, err := w.session(ctx, s.Who)
	if err != nil {
		return err
	}
	t, err := w.getKind(s.Of, aRecord, "记录")
	if err != nil {
		return err
	}
	view, err := w.viewAs(ctx, who, t.id)
	if err != nil {
		return err
	}
	said := map[string]string{}
	for _, x := range anyList(view["conclusions"]) {
		if c, _ := x.(map[string]any); c["text"] != nil {
			said[str(c["unit"])] = str(c["text"])
			if str(c["by"]) == "" {
				return fmt.Errorf("%s 的结论没有落名", str(c["unit"]))
			}
		}
	}
	if len(said) != len(s.Args) {
		return fmt.Errorf("有 %d 份结论，应有 %d 份", len(said), len(s.Args))
	}
	for _, a := range s.Args {
		if said[a.Key] != a.Value.Text {
			return fmt.Errorf("%s：「%s」，应「%s」", a.Key, said[a.Key], a.Value.Text)
		}
	}
	return nil
}
