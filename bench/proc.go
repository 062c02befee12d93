package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server started for the measurement.
type process struct {
	cmd   *exec.Cmd
	addr  string
	ready time.Duration // from start to the first good answer
	log   string
	after func() // once it has stopped
}

// freeAddr picks a free loopback port.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// start runs a command until probe answers 2xx. Its output goes to a file.
func start(dir, name, probe string, within time.Duration, command func(addr string) *exec.Cmd) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: command(addr), addr: addr, log: filepath.Join(dir, name+".log")}
	out, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd.Stdout, p.cmd.Stderr = out, out
	begin := time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	dead := make(chan error, 1)
	go func() { dead <- p.cmd.Wait() }()
	client := &http.Client{Timeout: 2 * time.Second}
	for time.Since(begin) < within {
		select {
		case err := <-dead:
			return nil, fmt.Errorf("%s ended: %v; %s", name, err, tail(p.log))
		case <-time.After(5 * time.Millisecond):
		}
		res, err := client.Get("http://" + addr + probe)
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode/100 == 2 {
			p.ready = time.Since(begin)
			return p, nil
		}
	}
	p.stop()
	return nil, fmt.Errorf("%s did not answer within %s; %s", name, within, tail(p.log))
}

func tail(file string) string {
	b, _ := os.ReadFile(file)
	return string(b[max(0, len(b)-600):])
}

// stop ends the server: gently, then by force.
func (p *process) stop() {
	if p == nil || p.cmd.Process == nil {
		return
	}
	if p.after != nil {
		defer p.after()
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	for range 100 {
		if p.cmd.Process.Signal(syscall.Signal(0)) != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = p.cmd.Process.Kill()
}

// rss is the resident memory in MiB, peak the most there ever was; 0 where /proc
// is not.
func (p *process) rss() float64  { return p.memory("VmRSS:") }
func (p *process) peak() float64 { return p.memory("VmHWM:") }

func (p *process) memory(what string) float64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, what); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb / 1024
		}
	}
	return 0
}

// ticksPerSecond is the unit of /proc's processor times on Linux (USER_HZ).
const ticksPerSecond = 100

// cpu is the processor time used so far, 0 where /proc is not.
func (p *process) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticksPerSecond
}

// build compiles a package of a module into dir.
func build(ctx context.Context, module, pkg, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", out, pkg)
	cmd.Dir = module
	if b, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %.500s", err, b)
	}
	return nil
}
