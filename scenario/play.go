package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Open gives a fresh county for a scene.
type Open func(code domain.CountyCode, name string) (*Target, error)

// maxFaults ends a scene that has gone astray: what follows says little.
const maxFaults = 12

// Play plays every scene on its own fresh county. report is called once per line
// with nil or what went wrong; Play goes on after a fault, and returns all of
// them joined.
func Play(ctx context.Context, story *Story, set *program.Set, open Open, report func(Line, error)) error {
	var faults []error
	for i, scene := range story.Scenes {
		target, err := open(story.Code, story.County)
		if err != nil {
			return fmt.Errorf("%s：开县 %s：%w", scene.Title, story.County, err)
		}
		w, err := newWorld(story, set, target, i)
		if err != nil {
			return err
		}
		faults = append(faults, w.play(ctx, sceneLines(story, i), report)...)
		w.closeFars()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(faults...)
}

// PlayTogether plays the first scenes of several stories in one county, in the order of
// their times: days go forward only, as they do for the stories of one county. What
// stands before a story's first 时间 comes first.
func PlayTogether(ctx context.Context, stories []*Story, set *program.Set, target *Target) error {
	type strand struct {
		w     *world
		lines []Line
	}
	var strands []*strand
	for _, story := range stories {
		if len(story.Scenes) == 0 {
			continue
		}
		w, err := newWorld(story, set, target, 0)
		if err != nil {
			return err
		}
		defer w.closeFars()
		strands = append(strands, &strand{w, sceneLines(story, 0)})
	}
	for {
		var first *strand
		for _, s := range strands {
			if len(s.lines) > 0 && (first == nil || startOf(s.lines).Before(startOf(first.lines))) {
				first = s
			}
		}
		if first == nil {
			return nil
		}
		n := 1
		for n < len(first.lines) && !isTime(first.lines[n]) {
			n++
		}
		if err := errors.Join(first.w.play(ctx, first.lines[:n], nil)...); err != nil {
			return err
		}
		first.lines = first.lines[n:]
	}
}

func isTime(l Line) bool { _, ok := l.Sentence.(SetTime); return ok }

func startOf(lines []Line) time.Time {
	s, _ := lines[0].Sentence.(SetTime)
	return s.At
}

// sceneLines gives the lines of a scene; a later one begins, right after its
// first 时间, with the cast of the first (fresh data, same cast).
func sceneLines(story *Story, i int) []Line {
	lines := story.Scenes[i].Lines
	if i == 0 || len(lines) == 0 {
		return lines
	}
	out := []Line{lines[0]}
	for _, l := range story.Scenes[0].Lines {
		if l.Cast() {
			out = append(out, l)
		}
	}
	return append(out, lines[1:]...)
}

func (w *world) play(ctx context.Context, lines []Line, report func(Line, error)) []error {
	var faults []error
	for i, l := range lines {
		_, w.expectNo = next(lines, i).(ExpectRefused)
		err := w.run(ctx, l.Sentence)
		if w.expectNo {
			err = w.keepRefusal(err)
		}
		if report != nil {
			report(l, err)
		}
		if err == nil {
			continue
		}
		faults = append(faults, fmt.Errorf("%s:%d: %s\n    %w", l.File, l.No, l.Text, err))
		if ctx.Err() != nil || len(faults) >= maxFaults {
			break
		}
	}
	return faults
}

func next(lines []Line, i int) Sentence {
	if i+1 < len(lines) {
		return lines[i+1].Sentence
	}
	return nil
}

// keepRefusal holds the server's refusal for the 应拒 that follows; any other
// error is a fault of this line.
func (w *world) keepRefusal(err error) error {
	w.refusal = err
	if _, ok := asAPIError(err); ok {
		return nil
	}
	return err
}

func asAPIError(err error) (*APIError, bool) {
	var e *APIError
	ok := errors.As(err, &e)
	return e, ok
}

// run does one sentence.
func (w *world) run(ctx context.Context, s Sentence) error {
	switch s := s.(type) {
	case SetTime:
		return w.setTime(ctx, s.At)
	case Advance:
		return w.advance(ctx, s)
	case Region:
		return w.each(len(s.Names), func(i int) error { return w.addRegion(ctx, s.Names[i], s.Args) })
	case Org:
		return w.each(len(s.Names), func(i int) error { return w.addOrg(ctx, s.Names[i], s.Kind, s.Args) })
	case Member:
		return w.each(len(s.Names), func(i int) error { return w.addMember(ctx, s.Names[i], s.Role, s.Org, s.Args) })
	case Party:
		return w.each(len(s.Names), func(i int) error { return w.addParty(ctx, s.Kind, s.Names[i], s.Args) })
	case Relation:
		return w.addRelation(ctx, s)
	case Roster:
		return w.changeRoster(ctx, s)
	case Keeper:
		return w.setKeeper(ctx, s)
	case Daily:
		return w.daily(s)
	case Supply:
		return w.addSupply(ctx, s)
	case Acts:
		return w.acts(ctx, s)
	case Remember:
		return w.remember(ctx, s)
	case Shortcut:
		w.shortcuts[s.Name] = s.Steps
		return nil
	case Batch:
		if s.Import {
			return w.importBatch(ctx, s)
		}
		return w.batch(ctx, s)
	case Network:
		return w.network(ctx, s)
	case Machine:
		return w.machine(ctx, s)
	case Rebuild:
		return w.rebuild(ctx)
	case Shift:
		return w.shift(ctx, s)
	case Report:
		return w.report(ctx, s)
	case PartnerLink:
		return w.partnerLink(ctx, s)
	}
	return w.check(ctx, s)
}

func (w *world) machine(ctx context.Context, s Machine) error {
	if s.Down {
		return nil // 开机 restarts at once; nothing can act in between
	}
	if w.target.Restart == nil {
		return fmt.Errorf("此处不能停机、开机")
	}
	return w.target.Restart(ctx)
}

func (w *world) rebuild(ctx context.Context) error {
	if w.target.Rebuild == nil {
		return fmt.Errorf("此处不能重算")
	}
	diffs, err := w.target.Rebuild(ctx)
	if err != nil {
		return err
	}
	w.diffs, w.rebuilt = diffs, true
	return nil
}
