package scenario

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"linqiao/domain"
)

const defaultWorkers = 8

// each runs f for 0…n-1, several at once: the order of a batch or of a series
// does not matter. The first fault stops the rest.
func (w *world) each(n int, f func(i int) error) error {
	workers := w.target.Workers
	if workers <= 0 {
		workers = defaultWorkers
	}
	if n == 1 {
		return f(0)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	next := 0
	for range min(workers, n) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				stop := i >= n || first != nil
				mu.Unlock()
				if stop {
					return
				}
				if err := f(i); err != nil {
					mu.Lock()
					first = errors.Join(first, fmt.Errorf("第 %d 项：%w", i+1, err))
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return first
}

func (w *world) batch(ctx context.Context, s Batch) error {
	days, args, err := batchDays(s)
	if err != nil {
		return err
	}
	s.Args = args
	if days == nil {
		return w.each(s.N, func(i int) error { return w.item(ctx, s, i) })
	}
	today := w.day()
	var queue []dayItem
	for i, d := range days {
		if d < today {
			return fmt.Errorf("第 %d 项的日期 %s 已过去", i+1, d)
		}
		queue = append(queue, dayItem{day: d, run: func(ctx context.Context) error { return w.item(ctx, s, i) }})
	}
	w.mu.Lock()
	w.due = append(w.due, queue...)
	w.mu.Unlock()
	return nil
}

// batchDays reads 日=: one day, a range spread evenly, or a selection. nil means
// at once.
func batchDays(s Batch) ([]domain.Date, Args, error) {
	var rest Args
	var v *Value
	for _, a := range s.Args {
		if a.Key == "日" {
			v = &a.Value
			continue
		}
		rest = append(rest, a)
	}
	if v == nil {
		return nil, s.Args, nil
	}
	days := make([]domain.Date, s.N)
	for i := range days {
		x, err := v.forItem(i, s.N)
		if err != nil {
			return nil, nil, err
		}
		from, to, isRange := strings.Cut(x.Text, "..")
		first, err := domain.ParseDate(from)
		if err != nil {
			return nil, nil, fmt.Errorf("日=%s 不是日期", x.Text)
		}
		days[i] = first
		if !isRange {
			continue
		}
		last, err := domain.ParseDate(to)
		if err != nil || last < first {
			return nil, nil, fmt.Errorf("日=%s 不是日期范围", x.Text)
		}
		days[i] = first + domain.Date(i*int(last-first+1)/s.N)
	}
	return days, rest, nil
}

// item does the batch for one name.
func (w *world) item(ctx context.Context, s Batch, i int) error {
	name := strings.ReplaceAll(s.Name, "{n}", strconv.Itoa(i+1))
	args, err := itemArgs(s.Args, i, s.N)
	if err != nil {
		return err
	}
	if s.Register {
		return w.registerItem(ctx, s.Kind, name, args)
	}
	c := &chain{w: w, args: args, by: s.By, used: map[string]bool{}}
	if c.steps, err = w.flatten(s.Steps, args, c.used, i, s.N, 0); err != nil {
		return err
	}
	return c.play(ctx, s.Kind, name)
}

func itemArgs(args Args, i, n int) (Args, error) {
	out := make(Args, 0, len(args))
	for _, a := range args {
		v, err := a.Value.forItem(i, n)
		if err != nil {
			return nil, fmt.Errorf("%s：%w", a.Key, err)
		}
		out = append(out, Arg{a.Key, v})
	}
	for k, a := range out {
		out[k].Value = a.Value.fill(out[:k])
	}
	return out, nil
}

// flatten puts shortcuts in place and fills the holes of their arguments; used
// notes the arguments of the batch that a hole took.
func (w *world) flatten(steps []Step, args Args, used map[string]bool, i, n, depth int) ([]Step, error) {
	if depth > 8 {
		return nil, fmt.Errorf("捷径套得太深")
	}
	var out []Step
	for _, s := range steps {
		own, err := itemArgs(s.Args, i, n)
		if err != nil {
			return nil, err
		}
		for k, a := range own {
			for _, x := range args {
				if strings.Contains(a.Value.String(), "{"+x.Key+"}") {
					used[x.Key] = true
				}
			}
			own[k].Value = a.Value.fill(args)
		}
		s.Args = own
		if s.Verb != VerbRun {
			out = append(out, s)
			continue
		}
		inner, ok := w.shortcuts[s.Target]
		if !ok {
			return nil, fmt.Errorf("没有捷径「%s」", s.Target)
		}
		more, err := w.flatten(inner, append(append(Args{}, own...), args...), used, i, n, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

func (w *world) registerItem(ctx context.Context, kind, name string, args Args) error {
	take := func(key string) string {
		v := args.Text(key)
		rest := args[:0:0]
		for _, a := range args {
			if a.Key != key {
				rest = append(rest, a)
			}
		}
		args = rest
		return v
	}
	switch kind {
	case "区划":
		return w.addRegion(ctx, name, args)
	case "单位":
		k := take("是")
		if k == "" {
			return fmt.Errorf("登记单位须写 是=类别")
		}
		return w.addOrg(ctx, name, k, args)
	case "人员":
		role, org := take("任"), take("在")
		return w.addMember(ctx, name, role, org, args)
	}
	return w.addParty(ctx, partyKinds[kind], name, args)
}
