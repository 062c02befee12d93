package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// stranger is whoever is not signed in.
const stranger = "访客"

// ticket takes one ticket, signed in: 某 领 record.move 于 Y. Remembered by 记, the
// answer stands for whoever has the ticket.
func (w *world) ticket(ctx context.Context, who *login, s Step) error {
	rec, m, err := w.moveNamed(s.Target)
	if err != nil {
		return err
	}
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	var answer object
	if err := w.call(ctx, who, http.MethodPost, "/records/"+t.id+"/tickets/"+rec.Key+"."+m.Key, object{}, &answer); err != nil {
		return err
	}
	w.last = &thing{kind: aDocument, doc: answer}
	return nil
}

// showPass shows the code of a record: 某 出示 pass.k 于 Y. Remembered by 记, it is
// what others write as 凭码.
func (w *world) showPass(ctx context.Context, who *login, s Step) error {
	key, ok := strings.CutPrefix(s.Target, "pass.")
	if !ok || !w.prog.Passes.Has(key) {
		return fmt.Errorf("没有「%s」", s.Target)
	}
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	var answer object
	if err := w.call(ctx, who, http.MethodPost, "/records/"+t.id+"/passes/"+key, object{}, &answer); err != nil {
		return err
	}
	w.last = &thing{kind: aDocument, doc: answer}
	return nil
}

// voice says something, or asks after it, without sign-in: 凭票 T 做 …, 凭票 T 查
// 答复, and 访客 做 … for what anybody may say.
func (w *world) voice(ctx context.Context, s Acts) error {
	code := ""
	w.revs = map[string]float64{}
	if s.Proof != "" {
		t, err := w.getKind(s.Proof, aDocument, "票")
		if err != nil {
			return err
		}
		code = str(t.doc["code"])
	}
	var answer object
	for _, step := range s.Steps {
		switch step.Verb {
		case VerbCheck:
			answer = nil
			if err := w.call(ctx, nil, http.MethodPost, "/public/voices/answer", object{"code": code}, &answer); err != nil {
				return err
			}
		case VerbMove:
			rec, m, err := w.moveNamed(step.Target)
			if err != nil {
				return err
			}
			body := object{}
			if err := w.dialog(ctx, nil, rec, m, step, body); err != nil {
				return err
			}
			said := object{"fields": body["fields"], "ticket": code}
			if code == "" {
				said["program"], said["move"] = w.prog.Key, rec.Key+"."+m.Key
				if step.On != "" {
					t, err := w.getKind(step.On, aRecord, "记录")
					if err != nil {
						return err
					}
					said["parent"] = t.id
				}
			}
			answer = nil
			if err := w.call(ctx, nil, http.MethodPost, "/public/voices", said, &answer); err != nil {
				return err
			}
		default:
			return fmt.Errorf("没有登录的人不能「%s」", step.Verb)
		}
	}
	w.last = &thing{kind: aDocument, doc: answer}
	return nil
}
