package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const personForm = "某人 做|依次|签|拒签|填|同意|撤回|援引|启动|看|扫|查|冻结|领|出示|读|投|发纸票|录纸票|签纸票|定冲突 …"

// person reads a sentence whose subject is a registered name.
func (p *parser) person(w []string, args string) (Sentence, error) {
	who, verb := w[0], Verb(w[1])
	var steps []Step
	var err error
	switch verb {
	case "依次":
		steps, err = p.inOrder(strings.Join(w[2:], " "), args)
	case "在":
		return p.partnerEdit(w, args)
	case VerbRead:
		steps, err = p.reads(w, args)
	case "连做", "逐件":
		steps, err = p.manyTimes(w, args)
	case VerbMove, VerbSign, VerbDecline, VerbFill, VerbConsent, VerbWithdraw, VerbInvoke, VerbStart,
		VerbLook, VerbScan, VerbCheck, VerbFreeze, VerbResolve, VerbTicket, VerbShowPass,
		VerbVote, VerbHandOut, VerbPapers, VerbPaperOK:
		var s Step
		if s, err = p.oneStep(verb, w[2:], args); err == nil {
			steps = []Step{s}
		}
	default:
		err = fmt.Errorf("动词「%s」不认识，应写成「%s」", w[1], personForm)
	}
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		if err := p.names(s.For); err != nil {
			return nil, err
		}
		if s.On != "" && !isAddress(s.On) {
			if err := p.names(s.On); err != nil {
				return nil, err
			}
		}
	}
	return Acts{Who: who, Steps: steps}, nil
}

// isAddress reports whether a word is a block of the program, like ledger.k,
// rather than a registered name.
func isAddress(s string) bool {
	head, _, found := strings.Cut(s, ".")
	return found && slices.Contains([]string{"ledger", "match", "notice", "duty", "document", "choice", "ballot", "pass"}, head)
}

// oneStep reads what follows the verb: target, 于 Y, 代 Y and the arguments.
func (p *parser) oneStep(verb Verb, w []string, args string) (Step, error) {
	s := Step{Verb: verb}
	a, err := parseArgs(args)
	if err != nil {
		return s, err
	}
	s.Args = a
	for len(w) > 0 {
		switch {
		case w[0] == "于" && len(w) >= 2 && s.On == "":
			s.On, w = w[1], w[2:]
		case w[0] == "代" && len(w) >= 2 && s.For == "":
			s.For, w = w[1], w[2:]
		case strings.Contains(w[0], "=") && s.Target != "":
			more, err := parseArgs(w[0])
			if err != nil {
				return s, err
			}
			s.Args, w = append(s.Args, more...), w[1:]
		case s.Target == "":
			s.Target, w = w[0], w[1:]
		default:
			return s, fmt.Errorf("「%s」放错了位置", w[0])
		}
	}
	return s, s.complete()
}

// complete checks that the step has what its verb needs; a name given as the
// object of 签, 扫, 查 or 定冲突 becomes On.
func (s *Step) complete() error {
	switch s.Verb {
	case VerbSign, VerbDecline, VerbCheck, VerbResolve:
		if s.On == "" {
			s.On, s.Target = s.Target, ""
		}
		if s.On == "" {
			return fmt.Errorf("「%s」后缺少对象", s.Verb)
		}
	case VerbMove:
		if !strings.Contains(s.Target, ".") {
			return fmt.Errorf("「%s」应写成 record.move", s.Target)
		}
	default:
		if s.Target == "" {
			return fmt.Errorf("「%s」后缺少对象", s.Verb)
		}
	}
	return nil
}

// reads reads `某 读 Y` and `某 读 Y N 次`: an item of a content library is opened.
func (p *parser) reads(w []string, args string) ([]Step, error) {
	s := Step{Verb: VerbRead, Times: 1}
	switch {
	case args != "" || len(w) != 3 && (len(w) != 5 || w[4] != "次"):
		return nil, fmt.Errorf("应写成「某 读 Y」或「某 读 Y N 次」")
	case len(w) == 5:
		n, err := strconv.Atoi(w[3])
		if err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("「%s」不是次数", w[3])
		}
		s.Times = n
	}
	s.On = w[2]
	return []Step{s}, nil
}

// manyTimes reads `某 连做 N 件 record.move [于 Y]` and `某 逐件 record.move [于 Y]`.
func (p *parser) manyTimes(w []string, args string) ([]Step, error) {
	n, rest := 0, w[2:]
	if w[1] == "连做" {
		var err error
		if len(w) < 5 || w[3] != "件" {
			return nil, fmt.Errorf("应写成「某 连做 N 件 record.move 于 Y」")
		}
		if n, err = strconv.Atoi(w[2]); err != nil || n < 1 || n > 100_000 {
			return nil, fmt.Errorf("「%s」不是件数", w[2])
		}
		rest = w[4:]
	}
	s, err := p.oneStep(VerbMove, rest, args)
	s.Times, s.Each = n, w[1] == "逐件"
	if s.Each {
		s.Day = s.Args.Text("日")
		s.Args = slices.DeleteFunc(s.Args, func(a Arg) bool { return a.Key == "日" })
	}
	return []Step{s}, err
}

// inOrder reads `依次 m1(k=v)，m2 于 Y`: steps without their own 于 take the last.
func (p *parser) inOrder(text, args string) ([]Step, error) {
	if args != "" {
		return nil, fmt.Errorf("「依次」的参数写在各步的括号里")
	}
	steps, err := p.steps(text)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("「依次」后缺少步骤")
	}
	last := ""
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].On == "" {
			steps[i].On = last
		}
		last = steps[i].On
	}
	return steps, nil
}

// partnerEdit reads `X 在 partner 改 Y: k=v`.
func (p *parser) partnerEdit(w []string, args string) (Sentence, error) {
	if len(w) != 5 || w[3] != "改" {
		return nil, fmt.Errorf("应写成「某人 在 partner 改 Y: k=v」")
	}
	a, err := parseArgs(args)
	if err != nil {
		return nil, err
	}
	if err := p.names(w[4]); err != nil {
		return nil, err
	}
	return Acts{Who: w[0], Steps: []Step{{Verb: VerbPartner, Target: w[2], On: w[4], Args: a}}}, nil
}

// proof reads `凭票 T 做 …` and `凭码 C 查 Y`.
func (p *parser) proof(w []string, args string) (Sentence, error) {
	if err := need(w, 4, w[0]+" 票或码 做|查 …"); err != nil {
		return nil, err
	}
	if err := p.names(w[1]); err != nil {
		return nil, err
	}
	if w[2] == "查" && w[3] == "答复" {
		return Acts{Who: stranger, Proof: w[1], Steps: []Step{{Verb: VerbCheck}}}, nil
	}
	s, err := p.person(append([]string{stranger}, w[2:]...), args)
	if err != nil {
		return nil, err
	}
	acts := s.(Acts)
	acts.Proof = w[1]
	return acts, nil
}
