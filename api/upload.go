package api

import (
	"context"

	"linqiao/app"
)

type beginUploadIn struct{ Body app.UploadAct }

func (s *Server) beginUpload(ctx context.Context, who *app.Who, in *beginUploadIn) (*body[*app.UploadView], error) {
	return answer(s.app.BeginUpload(ctx, who, requestOf(ctx).once, in.Body))
}

func (s *Server) uploadState(ctx context.Context, who *app.Who, in *ByID) (*body[*app.UploadView], error) {
	return answer(s.app.UploadState(ctx, who, in.ID))
}

// partIn is one part as plain bytes, and where in the file it begins.
type partIn struct {
	ByID
	At      int64  `query:"at" required:"true" minimum:"0"`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (s *Server) addPart(ctx context.Context, who *app.Who, in *partIn) (*body[*app.UploadView], error) {
	return answer(s.app.AddPart(ctx, who, in.ID, in.At, in.RawBody))
}

func (s *Server) finishUpload(ctx context.Context, who *app.Who, in *ByID) (*body[*app.UploadView], error) {
	return answer(s.app.FinishUpload(ctx, who, in.ID))
}
