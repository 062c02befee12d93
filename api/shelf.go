package api

import (
	"context"
	"encoding/json"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

func (s *Server) shelves(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ShelfRef]], error) {
	return answer(s.app.Shelves(ctx, who))
}

type shelfIn struct {
	Program string         `path:"p" maxLength:"64"`
	Record  string         `path:"record" maxLength:"64"`
	Subject domain.PartyID `query:"subject" maxLength:"64"`
	Need    string         `query:"need" maxLength:"1000" doc:"需求的内容，JSON 对象"`
	Q       string         `query:"q" maxLength:"100"`
	Where   string         `query:"where" maxLength:"400" doc:"字段:选项，逗号分开"`
	Paging
}

func (s *Server) shelf(ctx context.Context, who *app.Who, in *shelfIn) (*body[*app.ShelfView], error) {
	q := app.ShelfQuery{Subject: in.Subject, Q: in.Q, Where: map[string]string{}, Cursor: in.Cursor, Limit: in.Limit}
	for _, part := range commas(in.Where) {
		key, value, _ := strings.Cut(part, ":")
		q.Where[key] = value
	}
	if in.Need != "" {
		d := json.NewDecoder(strings.NewReader(in.Need))
		d.UseNumber()
		if err := d.Decode(&q.Need); err != nil {
			return nil, domain.E(domain.KindInvalid, "fields").With("need", "unknown_field")
		}
	}
	return answer(s.app.Shelf(ctx, who, in.Program, in.Record, q))
}
