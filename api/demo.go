package api

import (
	"context"

	"linqiao/app"
)

func (s *Server) demoAccounts(context.Context, *app.Who, *struct{}) (*body[Items[DemoAccount]], error) {
	if s.demo == nil {
		return items([]DemoAccount{}, nil)
	}
	return items(s.demo(), nil)
}
