package api

import (
	"context"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

type ShiftPath struct {
	Program string `path:"p" maxLength:"64"`
	Roster  string `path:"k" maxLength:"64"`
}

func (s *Server) shifts(ctx context.Context, who *app.Who, in *ShiftPath) (*body[*app.ShiftBoard], error) {
	return answer(s.app.Shifts(ctx, who, in.Program, in.Roster))
}

type shiftIn struct {
	ShiftPath
	Body app.ShiftAct
}

func (s *Server) addShifts(ctx context.Context, who *app.Who, in *shiftIn) (*none, error) {
	return nil, s.app.AddShifts(ctx, who, requestOf(ctx).once, in.Program, in.Roster, in.Body)
}

type shiftDropIn struct {
	ShiftPath
	Account domain.AccountID `query:"account" maxLength:"64" required:"true"`
	From    time.Time        `query:"from" required:"true"`
}

func (s *Server) dropShift(ctx context.Context, who *app.Who, in *shiftDropIn) (*none, error) {
	return nil, s.app.DropShift(ctx, who, requestOf(ctx).once, in.Program, in.Roster, in.Account, in.From)
}

type devicesIn struct {
	Program string `path:"p" maxLength:"80"`
	Key     string `path:"k" maxLength:"80"`
	Cursor  string `query:"cursor" maxLength:"200"`
}

func (s *Server) devices(ctx context.Context, who *app.Who, in *devicesIn) (*body[*app.DeviceList], error) {
	return answer(s.app.Devices(ctx, who, in.Program, in.Key, in.Cursor))
}
