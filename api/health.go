package api

import (
	"context"

	"linqiao/app"
)

// illView is one thing that keeps people from working, in words.
type illView struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Say   string `json:"say"` // what to do
}

type health struct {
	// Saves is false when nothing is taken in now.
	Saves bool      `json:"saves"`
	Ills  []illView `json:"ills"`
}

// health says whether the system can save; an administrator is also told what will keep
// it from doing so soon.
func (s *Server) health(ctx context.Context, who *app.Who, _ *struct{}) (*body[health], error) {
	saving, operating := s.app.Health(ctx)
	ills := saving
	if who != nil && who.Admin {
		ills = append(ills[:len(ills):len(ills)], operating...)
	}
	words := catalogue(requestOf(ctx).lang)
	v := health{Saves: len(saving) == 0, Ills: []illView{}}
	for _, i := range ills {
		title, say := words.of(i.Code, i.Args)
		v.Ills = append(v.Ills, illView{i.Code, title, say})
	}
	return answer(v, nil)
}
