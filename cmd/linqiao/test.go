package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/scenario"
)

// test plays every story of the folders, each scene in a county of its own: on
// SQLite files that are thrown away, or in schemas of the PostgreSQL of --db.
func test(ctx context.Context, c *config, args []string) error {
	list, all, err := foldersToApply(c, args)
	if err != nil {
		return err
	}
	set, issues := program.Load(all)
	if printIssues(os.Stdout, list, issues) > 0 {
		return errFaults
	}
	dir, drop, err := scratch()
	if err != nil {
		return err
	}
	defer drop()
	h := &house{c: c, dirs: all, dir: dir}
	played, failed := 0, 0
	for _, f := range list {
		for _, file := range stories(f) {
			played++
			if err := h.play(ctx, set, file); err != nil {
				if !errors.Is(err, errFaults) {
					return err
				}
				failed++
			}
		}
	}
	fmt.Printf("%d 个剧本，%d 个有不符\n", played, failed)
	if failed > 0 {
		return errFaults
	}
	return nil
}

// house opens one county after another.
type house struct {
	c    *config
	dirs map[string]fs.FS
	dir  string
	n    int
}

func (h *house) play(ctx context.Context, set *program.Set, file string) error {
	start := time.Now()
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	name := shortPath(file)
	story, issues := scenario.Parse(name, src)
	if len(issues) == 0 {
		issues = scenario.Check(story, set)
	}
	for _, i := range issues {
		fmt.Println(i)
	}
	if len(issues) > 0 {
		return errFaults
	}
	cal, err := calendarOf(story.Calendar)
	if err != nil {
		return err
	}
	var last *stage
	shut := func() error {
		if last == nil {
			return nil
		}
		err := last.Close()
		last = nil
		return err
	}
	lines := 0
	err = scenario.Play(ctx, story, set, func(code domain.CountyCode, county string) (*scenario.Target, error) {
		if err := shut(); err != nil {
			return nil, err
		}
		s := &stage{dirs: h.dirs, county: code, name: county, cal: cal}
		if s.c, err = h.database(ctx); err != nil {
			return nil, err
		}
		last = s
		if err := s.start(ctx); err != nil {
			return nil, err
		}
		return s.target(), nil
	}, func(l scenario.Line, err error) {
		lines++
		switch {
		case err != nil:
			fmt.Printf("%s:%d:1: %s\n    %v\n", l.File, l.No, l.Text, err)
		case h.c.Verbose:
			fmt.Printf("%s:%d: %s\n", l.File, l.No, l.Text)
		}
	})
	if e := shut(); e != nil {
		return e
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	word := "相符"
	if err != nil {
		word = "不符"
	}
	fmt.Printf("%s %s（%d 句，%.1f 秒）\n", word, name, lines, time.Since(start).Seconds())
	if err != nil {
		return errFaults
	}
	return nil
}

// database gives the settings of the next throw-away county.
func (h *house) database(ctx context.Context) (*config, error) {
	h.n++
	c := *h.c
	c.Key = filepath.Join(h.dir, "test.key")
	if !h.c.postgres() {
		c.DB = fileIn(h.dir, h.n)
		c.Key = ""
		return &c, nil
	}
	schema := fmt.Sprintf("linqiao_test_%d_%d", os.Getpid(), h.n)
	db, err := sql.Open("pgx", h.c.DB)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for _, q := range []string{fmt.Sprintf("DROP SCHEMA IF EXISTS linqiao_test_%d_%d CASCADE", os.Getpid(), h.n-1), "CREATE SCHEMA " + schema} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return nil, err
		}
	}
	u, err := url.Parse(h.c.DB)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	c.DB = strings.Replace(u.String(), "%2C", ",", 1)
	return &c, nil
}
