package testkit

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"linqiao/api"
	"linqiao/app"
)

// restart forgets all that the product holds in memory, as a killed process does:
// what is on the disk is what is left. TestKill kills real processes.
func (c *County) restart(context.Context) error {
	c.App = app.New(c.options)
	c.handler.Store(api.New(api.Options{App: c.App, Log: c.options.Log}))
	return nil
}

// find gives the tables of a backup, or the public pages, in which a text stands.
func (c *County) find(ctx context.Context, text, where string) ([]string, error) {
	if where == "页" {
		return c.findInPages(ctx, text)
	}
	var all bytes.Buffer
	if _, err := c.App.DB.Backup(ctx, &all); err != nil {
		return nil, err
	}
	want := map[string]string{"事件": "event", "讯": "delivery"}[where]
	var places []string
	table := ""
	for line := range strings.Lines(all.String()) {
		if name, ok := strings.CutPrefix(line, `["table","`); ok {
			table, _, _ = strings.Cut(name, `"`)
		} else if strings.Contains(line, text) && (want == "" || want == table) && (len(places) == 0 || places[len(places)-1] != table) {
			places = append(places, table)
		}
	}
	return places, nil
}

func (c *County) findInPages(ctx context.Context, text string) (places []string, err error) {
	list, err := c.App.Notices(ctx, "")
	if err != nil {
		return nil, err
	}
	pages := []string{"/", "/notices"}
	for _, n := range list {
		pages = append(pages, "/notices/"+n.ID)
	}
	for _, p := range pages {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Server.URL+p, nil)
		if err != nil {
			return nil, err
		}
		res, err := c.Server.Client().Do(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(body), text) {
			places = append(places, p)
		}
	}
	return places, nil
}
