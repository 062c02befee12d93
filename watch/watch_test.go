package watch

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"linqiao/domain"
)

func frameOf(content string) string { return frame{maker: "3G", number: "8800000015"}.answer(content) }

const (
	position = ",141125,154000,A,21.660300,N,110.641000,E,0.00,0.0,0.0,0,100,57,0,0,00000000"
	pressed  = ",141125,154000,A,21.660300,N,110.641000,E,0.00,0.0,0.0,0,100,57,0,0,00010000"
	low      = ",141125,154000,V,0.0,N,0.0,E,0.00,0.0,0.0,0,100,9,0,0,00020000"
)

func TestFrames(t *testing.T) {
	for _, x := range []struct {
		in   string
		want domain.Report
		ok   bool
	}{
		{"LK", domain.Report{Battery: -1}, true},
		{"LK,50,100,83", domain.Report{Battery: 83}, true},
		{"UD" + position, domain.Report{Placed: true, Lat: 21.6603, Lng: 110.641, Battery: 57}, true},
		{"AL" + pressed, domain.Report{Alarm: "sos", Placed: true, Lat: 21.6603, Lng: 110.641, Battery: 57}, true},
		{"AL" + position, domain.Report{Alarm: "sos", Placed: true, Lat: 21.6603, Lng: 110.641, Battery: 57}, true},
		{"AL" + low, domain.Report{Alarm: "other", Battery: 9}, true},
		{"AL", domain.Report{Alarm: "sos", Battery: -1}, true},
		{"AL,nonsense", domain.Report{Alarm: "sos", Battery: -1}, true},
		{"CONFIG,TY=1", domain.Report{Battery: -1}, false},
		{"UD,141125,154000,A,999,N,110.6,E,0,0,0,0,0,140,0,0,0", domain.Report{Battery: -1}, true},
	} {
		f, err := readFrame(bufio.NewReader(strings.NewReader(frameOf(x.in))))
		if err != nil {
			t.Fatalf("%s: %v", x.in, err)
		}
		got, ok := f.report()
		if strings.Contains(x.in, "141125,154000") {
			if got.At.Format("2006-01-02 15:04:05") != "2025-11-14 15:40:00" {
				t.Errorf("%s: at %v", x.in, got.At)
			}
			got.At = x.want.At
		}
		x.want.Number = "8800000015"
		if got != x.want || ok != x.ok {
			t.Errorf("%s: %+v %v", x.in, got, ok)
		}
	}
}

func TestNoise(t *testing.T) {
	r := bufio.NewReader(strings.NewReader("\r\nxx" + frameOf("LK") + "junk" + frameOf("AL")))
	for _, want := range []string{"LK", "AL"} {
		if f, err := readFrame(r); err != nil || f.content != want {
			t.Fatalf("%q %v", f.content, err)
		}
	}
	for _, bad := range []string{"[3G*880000001*00", "[3G*88x0000015*0002*LK]", "[3GX*8800000015*0002*LK]", "[3G*8800000015*zzzz*LK]", "[3G*8800000015*0005*LK]", "[" + strings.Repeat("9", 100)} {
		if _, err := readFrame(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(frameOf("AL" + pressed))
	f.Add("[3G*1*FFFF*x]")
	f.Fuzz(func(t *testing.T, s string) {
		r := bufio.NewReader(strings.NewReader(s))
		for range 4 {
			x, err := readFrame(r)
			if err != nil {
				return
			}
			rep, _ := x.report()
			if rep.Placed && (rep.Lat < -90 || rep.Lat > 90 || rep.Lng < -180 || rep.Lng > 180) {
				t.Errorf("%q is placed at %v %v", s, rep.Lat, rep.Lng)
			}
		}
	})
}

// TestServer: a heartbeat is answered; an alarm only when it was taken in.
func TestServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var got []domain.Report
	fail := true
	s := &Server{Log: slog.New(slog.DiscardHandler), Take: func(_ context.Context, list []domain.Report) error {
		mu.Lock()
		defer mu.Unlock()
		if list[0].Alarm == "sos" && fail {
			fail = false
			return errors.New("the disk is full")
		}
		got = append(got, list...)
		return nil
	}}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	say := func(frames ...string) string {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		r := bufio.NewReader(c)
		out := ""
		for _, f := range frames {
			if _, err := c.Write([]byte(frameOf(f))); err != nil {
				return out
			}
			x, err := readFrame(r)
			if err != nil {
				return out
			}
			out += x.content
		}
		return out
	}
	if x := say("LK,0,0,50", "AL"+pressed); x != "LK" {
		t.Errorf("the alarm that was lost is confirmed: %q", x)
	}
	if x := say("AL"+pressed, "LK"); x != "ALLK" {
		t.Errorf("answers %q", x)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(got) != 3 || got[1].Alarm != "sos" {
		t.Errorf("taken %+v", got)
	}
}
