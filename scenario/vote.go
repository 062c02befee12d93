package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"linqiao/kernel/program"
)

// ballot does what belongs to a vote: 投 (a vote), 发纸票 (strike a voter off at the
// desk), 录纸票 (the papers counted by hand), 签纸票 (another confirms the count).
func (w *world) ballot(ctx context.Context, who *login, s Step) error {
	b, err := pick("投票", strings.TrimPrefix(s.Target, "ballot."), w.prog.Ballots, func(b *program.Ballot) string { return b.Label })
	if err != nil {
		return err
	}
	t, err := w.getKind(s.On, aRecord, "记录")
	if err != nil {
		return err
	}
	path := "/records/" + t.id + "/ballots/" + b.Key
	switch s.Verb {
	case VerbVote:
		v, _ := s.Args.Get("选", "picks")
		picks := []string{}
		for _, name := range texts(v) {
			k, err := w.optionOf(b, name)
			if err != nil {
				return err
			}
			picks = append(picks, k)
		}
		body := object{"picks": picks}
		if c := s.Args.Text("来源", "channel"); c != "" {
			body["channel"] = w.channel(c)
		}
		return w.call(ctx, who, http.MethodPost, path, body, nil)
	case VerbHandOut:
		v, err := w.getKind(s.Args.Text("选民", "voter"), aParty, "选民")
		if err != nil {
			return err
		}
		return w.call(ctx, who, http.MethodPost, path+"/desk", object{"voter": v.id}, nil)
	case VerbPapers:
		votes := object{}
		body := object{"votes": votes}
		for _, a := range s.Args {
			n, err := parseInt(a.Value.Text)
			if err != nil {
				return err
			}
			switch a.Key {
			case "纸票", "papers":
				body["papers"] = n
			case "废票", "invalid":
				body["invalid"] = n
			default:
				k, err := w.optionOf(b, a.Key)
				if err != nil {
					return err
				}
				votes[k] = n
			}
		}
		return w.call(ctx, who, http.MethodPost, path+"/papers", body, nil)
	}
	return w.call(ctx, who, http.MethodPost, path+"/papers/sign", object{}, nil)
}

// optionOf finds an option by key or label; where options are records, by name.
func (w *world) optionOf(b *program.Ballot, name string) (string, error) {
	for k, o := range b.Options.All() {
		if k == name || o.Label == name {
			return k, nil
		}
	}
	t, err := w.getKind(name, aRecord, "选项")
	if err != nil {
		return "", fmt.Errorf("投票没有选项「%s」", name)
	}
	return t.id, nil
}
