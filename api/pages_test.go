package api

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

// The public pages stand by themselves: no script, nothing from elsewhere.
func TestPublicPages(t *testing.T) {
	c := newCast(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/":                              {http.StatusOK, "办事服务"},
		"/?lang=en":                      {http.StatusOK, "Services"},
		"/?type=large":                   {http.StatusOK, `<html lang="zh-CN" class="large">`},
		"/check?lang=en&type=large":      {http.StatusOK, `href="/notices?lang=en&amp;type=large"`},
		"/services":                      {http.StatusOK, "小微企业融资协调"},
		"/services?q=%E7%90%86%E5%8F%91": {http.StatusOK, "群众点单"},
		"/services?q=%3Cb%3E":            {http.StatusOK, "没有找到"},
		"/about":                         {http.StatusOK, "关于本站"},
		"/accessibility":                 {http.StatusOK, "GB/T 37668"},
		"/notices?lang=en":               {http.StatusOK, "Published figures"},
		"/notices":                       {http.StatusOK, "数据公布"},
		"/notices/x/table.csv":           {http.StatusNotFound, "没有这个页面"},
		"/notices/x?page=-1":             {http.StatusNotFound, "没有这个页面"},
		"/check":                         {http.StatusOK, "证书编号"},
		"/check?serial=" + planted:       {http.StatusNotFound, "没有这个编号的证书"},
		"/notices/" + planted:            {http.StatusNotFound, "没有这个页面"},
		"/services/sme-finance":          {http.StatusOK, "服务谁"},
		"/services/" + planted:           {http.StatusNotFound, "没有这个页面"},
		"/nowhere":                       {http.StatusNotFound, "没有这个页面"},
		"/demo/phone":                    {http.StatusNotFound, "没有这个页面"},
		"/console/":                      {http.StatusNotFound, "界面没有随程序构建"},
		"/robots.txt":                    {http.StatusOK, "Disallow: /api/"},
		"/check?serial=%3Cscript%3E":     {http.StatusNotFound, "&lt;script&gt;"},
	} {
		status, b := c.send("", http.MethodGet, path, "", nil)
		page := string(b)
		if status != want.status || !strings.Contains(page, want.text) {
			t.Errorf("%s: %d, want %d with %q:\n%s", path, status, want.status, want.text, page)
		}
		for _, bad := range []string{"<script", "http://", "https://", "onclick"} {
			if strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
		if len(b) > 50_000 {
			t.Errorf("%s has %d bytes", path, len(b))
		}
	}
	_, css := c.send("", http.MethodGet, "/public.css", "", nil)
	if len(css) < 1000 || len(css) > 6000 {
		t.Errorf("the stylesheet has %d bytes", len(css))
	}
}

func TestStaticFiles(t *testing.T) {
	c := newCast(t)
	files := fstest.MapFS{
		"index.html":                 {Data: []byte("<p>shell</p>")},
		"assets/main-AbCdEf12.js":    {Data: []byte("plain")},
		"assets/main-AbCdEf12.js.br": {Data: []byte("brotli")},
	}
	c.server.Config.Handler = New(Options{App: c.app, Static: Static{Console: files}})
	get := func(path, accept string) (*http.Response, string) {
		r, err := http.NewRequest(http.MethodGet, c.server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", accept)
		res, err := c.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var b strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := res.Body.Read(buf)
			b.Write(buf[:n])
			if err != nil {
				break
			}
		}
		return res, b.String()
	}
	for path, want := range map[string]string{"/console/": "<p>shell</p>", "/console/records/1": "<p>shell</p>"} {
		if res, b := get(path, "identity"); b != want || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %q %v", path, b, res.Header)
		}
	}
	res, b := get("/console/assets/main-AbCdEf12.js", "gzip, br")
	if b != "brotli" || res.Header.Get("Content-Encoding") != "br" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") ||
		!strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("precompressed: %q %v", b, res.Header)
	}
	if res, b = get("/console/assets/main-AbCdEf12.js", "br;q=0"); b != "plain" || res.Header.Get("Content-Encoding") != "" {
		t.Errorf("uncompressed: %q %v", b, res.Header)
	}
	if res, _ = get("/console/assets/gone-AbCdEf12.js", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("a missing file is %d", res.StatusCode)
	}
}

// TestSecurityHeaders: every kind of answer carries the policy, and the policy lets
// nothing count that stands in a page's own text.
func TestSecurityHeaders(t *testing.T) {
	c := newCast(t)
	for _, path := range []string{"/", "/public.css", "/nowhere", "/console/", "/api/v1/session", "/openapi.json"} {
		res, err := c.server.Client().Get(c.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		h := res.Header
		for name, want := range map[string]string{"Content-Security-Policy": "style-src 'self';", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "microphone=()"} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if strings.Contains(h.Get("Content-Security-Policy"), "unsafe") || h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	c.server.Config.Handler = New(Options{App: c.app, Secure: true})
	res, err := c.server.Client().Get(c.server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if !strings.Contains(res.Header.Get("Strict-Transport-Security"), "max-age=31536000") {
		t.Errorf("by HTTPS: %v", res.Header)
	}
}
