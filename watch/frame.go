// Package watch speaks the protocol of children's watches over TCP: frames such as
// `[3G*8800000015*0002*LK]`. It turns them into reports and hands them to whoever
// takes reports in. It must not know whose watch it is, nor keep anything.
package watch

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

// frameMost bounds the content of a frame. Longer ones are voice messages, which
// nobody here listens to: they are read over.
const frameMost = 4 << 10

var errFrame = errors.New("watch: not a frame")

// frame is one message: two letters of the maker, the watch's number, the content.
type frame struct {
	maker, number, content string
}

// readFrame reads the next frame. The length is of the content, in four hex digits.
func readFrame(r *bufio.Reader) (f frame, err error) {
	for { // what stands between frames is noise
		b, err := r.ReadByte()
		if err != nil {
			return f, err
		}
		if b == '[' {
			break
		}
	}
	head := make([]string, 3)
	for i, most := range []int{2, 20, 4} {
		if head[i], err = upToStar(r, most); err != nil {
			return f, err
		}
	}
	n, err := strconv.ParseUint(head[2], 16, 16)
	if err != nil || len(head[0]) != 2 || !digits(head[1]) {
		return f, errFrame
	}
	if n > frameMost {
		if _, err := r.Discard(int(n)); err != nil {
			return f, err
		}
		return f, closing(r)
	}
	body := make([]byte, n)
	for i := range body {
		if body[i], err = r.ReadByte(); err != nil {
			return f, err
		}
	}
	return frame{head[0], head[1], string(body)}, closing(r)
}

func closing(r *bufio.Reader) error {
	if b, err := r.ReadByte(); err != nil || b != ']' {
		return errors.Join(err, errFrame)
	}
	return nil
}

func upToStar(r *bufio.Reader, most int) (string, error) {
	var b strings.Builder
	for range most + 1 {
		c, err := r.ReadByte()
		if err != nil {
			return "", err
		}
		if c == '*' {
			return b.String(), nil
		}
		b.WriteByte(c)
	}
	return "", errFrame
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// answer writes a frame back to the watch.
func (f frame) answer(content string) string {
	return fmt.Sprintf("[%s*%s*%04X*%s]", f.maker, f.number, len(content), content)
}

// kind is the first word of the content.
func (f frame) kind() string {
	kind, _, _ := strings.Cut(f.content, ",")
	return kind
}

// sosBit is where a frame's last state word says that the button was pressed.
const sosBit = 16

// report reads a frame: ok is false for kinds that say nothing of the wearer. LK is
// the heartbeat (steps, turns, battery); UD a position, UD2 one that was kept while
// there was no network; AL an alarm with a position.
func (f frame) report() (rep domain.Report, ok bool) {
	part := strings.Split(f.content, ",")
	rep = domain.Report{Number: f.number, Battery: -1}
	switch part[0] {
	case "LK":
		if len(part) >= 4 {
			rep.Battery = percent(part[3])
		}
		return rep, true
	case "UD", "UD2", "AL":
	default:
		return rep, false
	}
	if part[0] == "AL" { // with no word on the kind, an alarm is a call for help
		rep.Alarm = "sos"
	}
	if len(part) < 8 {
		return rep, part[0] == "AL"
	}
	if at, err := time.ParseInLocation("020106 150405", part[1]+" "+part[2], time.UTC); err == nil {
		rep.At = at
	}
	lat, err1 := strconv.ParseFloat(part[4], 64)
	lng, err2 := strconv.ParseFloat(part[6], 64)
	if part[5] == "S" {
		lat = -lat
	}
	if part[7] == "W" {
		lng = -lng
	}
	if part[3] == "A" && err1 == nil && err2 == nil && lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180 {
		rep.Placed, rep.Lat, rep.Lng = true, lat, lng
	}
	if len(part) > 13 {
		rep.Battery = percent(part[13])
	}
	if len(part) > 16 {
		if state, err := strconv.ParseUint(part[16], 16, 32); err == nil && part[0] == "AL" && state>>sosBit != 0 && state>>sosBit&1 == 0 {
			rep.Alarm = "other" // low battery, taken off, fences: not the button
		}
	}
	return rep, true
}

func percent(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 100 {
		return -1
	}
	return n
}
