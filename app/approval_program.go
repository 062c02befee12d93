package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// ProposePrograms brings new versions of programs: applied at once where powers are
// joint, else kept for the security administrator, folders and all. The answer names
// the proposal ("" = applied).
func (a *App) ProposePrograms(ctx context.Context, who *Who, dirs map[string]fs.FS, reason string) (results []ApplyResult, approval string, err error) {
	var powers string
	if err := a.read(ctx, who, func(w *work) (err error) {
		if err = w.adminOnly(); err == nil {
			powers, err = w.powers()
		}
		return err
	}); err != nil {
		return nil, "", err
	}
	if powers == PowersJoint {
		results, err = a.Apply(ctx, who, dirs)
		return results, "", err
	}
	// What would be applied, tried and taken back: faults and differences as they are.
	undo := errors.New("only tried")
	err = a.write(ctx, who, func(w *work) (err error) {
		if results, err = a.applyIn(w.tx, who, dirs); err == nil {
			err = undo
		}
		return err
	})
	a.programs.forget(who.County)
	if !errors.Is(err, undo) {
		return nil, "", err
	}
	in := ApprovalAct{Kind: ApproveProgram, Reason: reason}
	if in.programs, err = programChange(results, dirs); err != nil || in.programs == nil {
		return results, "", err
	}
	err = a.write(ctx, who, func(w *work) error {
		x, err := w.proposeChange(in)
		if err == nil {
			approval = x.ID
		}
		return err
	})
	return results, approval, err
}

// programChange packs the folders that differ, and says how; nil when none does.
func programChange(results []ApplyResult, dirs map[string]fs.FS) (map[string]any, error) {
	folders, lines := map[string]any{}, []ApprovalLine{}
	for _, r := range results {
		if r.State == "unchanged" {
			continue
		}
		raw, err := zipDir(dirs[r.Program])
		if err != nil {
			return nil, err
		}
		folders[r.Program] = base64.StdEncoding.EncodeToString(raw)
		lines = append(lines, ApprovalLine{Label: r.Program, After: fmt.Sprintf("@%d", r.Version)})
		for _, c := range r.Changes {
			lines = append(lines, ApprovalLine{Label: r.Program + " " + c.Path, After: c.Text, Words: c.Kind})
		}
	}
	if len(folders) == 0 {
		return nil, nil
	}
	return map[string]any{"folders": folders, "lines": lines}, nil
}

// New versions of programs: the folders themselves wait with the proposal, so that
// exactly what was approved becomes current.

func prepareProgram(w *work, x *domain.Approval, in ApprovalAct) error {
	if len(in.programs) == 0 {
		return domain.E(domain.KindInvalid, "fields").With("kind", "option")
	}
	x.Object = "county/" + string(w.who.County)
	x.Change["folders"] = in.programs["folders"]
	return keep(x, "lines", in.programs["lines"])
}

func seenProgram(w *work, _ *domain.Approval) (string, error) {
	live, err := w.tx.Programs("live")
	if err != nil {
		return "", err
	}
	parts := []any{}
	for _, v := range live {
		parts = append(parts, v.Program, v.Version, v.Hash)
	}
	return digest(parts...), nil
}

func programLines(w *work, x *domain.Approval) []ApprovalLine {
	out := keptLines(x)
	for i := range out {
		if l, ok := diffWords[out[i].Words]; ok {
			out[i].After, out[i].Words = w.pick(l[0], l[1])+out[i].After, ""
		}
	}
	return out
}

var diffWords = map[string][2]string{program.Strengthens: {"【加强】", "[protects more] "}, program.Weakens: {"【减弱】", "[protects less] "}, program.Neutral: {"", ""}}

func applyProgram(w *work, x *domain.Approval) error {
	folders, err := keptAs[map[string]string](x, "folders")
	if err != nil {
		return err
	}
	dirs := map[string]fs.FS{}
	for key, text := range folders {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return err
		}
		if dirs[key], err = unzip(raw); err != nil {
			return err
		}
	}
	_, err = w.app.applyIn(w.tx, w.who, dirs)
	var faults *ApplyError
	if errors.As(err, &faults) {
		return domain.E(domain.KindRefused, "approval_program", "say", faults.Issues[0].Error()).Wrap(err)
	}
	return err
}
