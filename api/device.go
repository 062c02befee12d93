package api

import (
	"context"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

type gatewayIn struct {
	ID            string `path:"id" maxLength:"80"`
	Authorization string `header:"Authorization" maxLength:"200"`
	Body          forwarded
}

// forwarded is what Traccar passes on, a position (`position`, `device`) or an event
// with its position; unknown keys are of no concern.
type forwarded struct {
	_        struct{} `additionalProperties:"true"`
	Position *struct {
		_          struct{}       `additionalProperties:"true"`
		Device     any            `json:"deviceId,omitempty"`
		FixTime    string         `json:"fixTime,omitempty" maxLength:"40"`
		DeviceTime string         `json:"deviceTime,omitempty" maxLength:"40"`
		Valid      *bool          `json:"valid,omitempty"`
		Latitude   *float64       `json:"latitude,omitempty"`
		Longitude  *float64       `json:"longitude,omitempty"`
		Attributes map[string]any `json:"attributes,omitempty"`
	} `json:"position,omitempty"`
	Event *struct {
		_          struct{}       `additionalProperties:"true"`
		Type       string         `json:"type,omitempty" maxLength:"60"`
		EventTime  string         `json:"eventTime,omitempty" maxLength:"40"`
		Attributes map[string]any `json:"attributes,omitempty"`
	} `json:"event,omitempty"`
	Device struct {
		_        struct{} `additionalProperties:"true"`
		UniqueID string   `json:"uniqueId" maxLength:"40"`
	} `json:"device"`
}

// report reads what was forwarded as one report of a device.
func (f *forwarded) report() domain.Report {
	rep := domain.Report{Number: f.Device.UniqueID, Battery: -1}
	if p := f.Position; p != nil {
		rep.At = forwardedTime(p.FixTime, p.DeviceTime)
		if p.Latitude != nil && p.Longitude != nil && (p.Valid == nil || *p.Valid) &&
			*p.Latitude >= -90 && *p.Latitude <= 90 && *p.Longitude >= -180 && *p.Longitude <= 180 {
			rep.Placed, rep.Lat, rep.Lng = true, *p.Latitude, *p.Longitude
		}
		if n, ok := p.Attributes["batteryLevel"].(float64); ok && n >= 0 && n <= 100 {
			rep.Battery = int(n)
		}
		rep.Alarm = forwardedAlarm(p.Attributes)
	}
	if e := f.Event; e != nil && e.Type == "alarm" {
		rep.Alarm = forwardedAlarm(e.Attributes)
		if at := forwardedTime(e.EventTime); !at.IsZero() {
			rep.At = at
		}
	}
	return rep
}

// forwardedAlarm: several alarms at once stand in one text, with commas.
func forwardedAlarm(attributes map[string]any) string {
	text, _ := attributes["alarm"].(string)
	for kind := range strings.SplitSeq(text, ",") {
		if strings.EqualFold(strings.TrimSpace(kind), "sos") {
			return "sos"
		}
	}
	return text
}

func forwardedTime(texts ...string) time.Time {
	for _, s := range texts {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700"} {
			if at, err := time.Parse(layout, s); err == nil {
				return at.UTC()
			}
		}
	}
	return time.Time{}
}

func (s *Server) deviceReports(ctx context.Context, _ *app.Who, in *gatewayIn) (*body[app.ReportResult], error) {
	key, _ := strings.CutPrefix(in.Authorization, "Bearer ")
	return answer(s.app.GatewayReports(ctx, in.ID, key, requestOf(ctx).client, []domain.Report{in.Body.report()}))
}

func (s *Server) gateways(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.GatewayView]], error) {
	return answer(s.app.Gateways(ctx, who))
}

type gatewayCreateIn struct {
	Body struct {
		Name string `json:"name" maxLength:"80"`
	}
}

func (s *Server) createGateway(ctx context.Context, who *app.Who, in *gatewayCreateIn) (*body[*app.GatewayView], error) {
	return answer(s.app.CreateGateway(ctx, who, in.Body.Name))
}

type gatewayPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) stopGateway(ctx context.Context, who *app.Who, in *gatewayPath) (*none, error) {
	return nil, s.app.StopGateway(ctx, who, in.ID)
}
