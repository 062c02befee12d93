package scenario

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
)

// login is one account's session; it signs in on first use and again when the
// session has expired (a scene may run over months).
type login struct {
	Credentials
	mu    sync.Mutex
	token string
}

type object = map[string]any

// client speaks to the API for all accounts of a scene.
type client struct {
	target *Target
	county string
	seed   string
	count  atomic.Int64
}

const maxAnswer = 64 << 20

// call sends one request as who (nil = without sign-in) and decodes the answer
// into out when it is not nil. A problem answer is an *APIError.
func (c *client) call(ctx context.Context, who *login, method, path string, body, out any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return c.send(ctx, who, method, path, "application/json", raw, out)
}

func (c *client) send(ctx context.Context, who *login, method, path, mime string, raw []byte, out any) error {
	key := ""
	if method != http.MethodGet {
		key = c.key()
	}
	for attempt := 0; ; attempt++ {
		token, err := c.token(ctx, who, attempt > 0)
		if err != nil {
			return err
		}
		err = c.once(ctx, token, key, method, path, mime, raw, out)
		if e, ok := err.(*APIError); ok && e.Status == http.StatusUnauthorized && who != nil && attempt == 0 {
			continue
		}
		return err
	}
}

// key makes a request key; two scenes never share one.
func (c *client) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", c.seed, c.count.Add(1)))
	sum[6] = sum[6]&0x0f | 0x80 // UUID version 8: made by the application
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (c *client) once(ctx context.Context, token, key, method, path, mime string, raw []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.target.BaseURL+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if raw != nil {
		req.Header.Set("Content-Type", mime)
	}
	req.Header.Set("Accept-Language", "zh-CN")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.target.Client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		e := &APIError{Method: method, Path: path}
		if json.Unmarshal(answer, e) != nil || e.Title == "" {
			e.Title = string(answer[:min(len(answer), 300)])
		}
		e.Status = res.StatusCode
		return e
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func (c *client) token(ctx context.Context, who *login, renew bool) (string, error) {
	if who == nil {
		return "", nil
	}
	who.mu.Lock()
	defer who.mu.Unlock()
	if who.token != "" && !renew {
		return who.token, nil
	}
	var answer struct {
		Token string `json:"token"`
	}
	raw, err := json.Marshal(object{"login": who.Login, "password": who.Password, "county": c.county})
	if err != nil {
		return "", err
	}
	if err := c.once(ctx, "", "", http.MethodPost, "/session", "application/json", raw, &answer); err != nil {
		return "", fmt.Errorf("%s 登录：%w", who.Login, err)
	}
	who.token = answer.Token
	return who.token, nil
}

// pages reads all pages of a list, at most limit rows.
func (c *client) pages(ctx context.Context, who *login, path string, q url.Values, limit int) ([]object, error) {
	var out []object
	q.Set("limit", "200")
	for len(out) < limit {
		var page struct {
			Items []object `json:"items"`
			Next  *string  `json:"next"`
		}
		if err := c.call(ctx, who, http.MethodGet, path+"?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if page.Next == nil || *page.Next == "" {
			break
		}
		q.Set("cursor", *page.Next)
	}
	return out, nil
}

// upload sends a small picture drawn on the spot, as proof of presence.
func (c *client) upload(ctx context.Context, who *login) (string, error) {
	img := image.NewRGBA(image.Rect(0, 0, 16, 16))
	for i := range 256 {
		img.Set(i%16, i/16, color.RGBA{uint8(i), uint8(c.count.Load()), 90, 255})
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, img, nil); err != nil {
		return "", err
	}
	return c.uploadFile(ctx, who, "现场.jpg", picture.Bytes())
}

// uploadFile sends a file as who.
func (c *client) uploadFile(ctx context.Context, who *login, name string, data []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(data); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	var answer struct {
		ID string `json:"id"`
	}
	err = c.send(ctx, who, http.MethodPost, "/attachments", form.FormDataContentType(), body.Bytes(), &answer)
	return answer.ID, err
}
