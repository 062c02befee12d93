package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// device reads `设备 8800000015 求助: 位置=「…」，电量=57`.
func (p *parser) device(w []string, args string) (Sentence, error) {
	const form = "设备 编号 求助|位置: 位置=「纬度,经度」，电量=57"
	if err := need(w, 3, form); err != nil {
		return nil, err
	}
	if w[2] != "求助" && w[2] != "位置" {
		return nil, fmt.Errorf("应写成「%s」", form)
	}
	a, err := parseArgs(args)
	if err != nil {
		return nil, err
	}
	return Report{Number: w[1], Alarm: w[2] == "求助", Args: a}, nil
}

// report passes on what a device says, as a platform does, with the platform's key.
func (w *world) report(ctx context.Context, s Report) error {
	if w.gateway.Path == "" {
		if err := w.call(ctx, w.admin, http.MethodPost, "/gateways", object{"name": "设备平台"}, &w.gateway); err != nil {
			return err
		}
	}
	at, valid := w.now().UTC().Format("2006-01-02T15:04:05.000+00:00"), false
	position := object{"fixTime": at, "attributes": object{}}
	if v, ok := s.Args.Get("位置", "position"); ok {
		place, err := w.place(v)
		if err != nil {
			return err
		}
		position["latitude"], position["longitude"], valid = place.(object)["lat"], place.(object)["lng"], true
	}
	position["valid"] = valid
	if t := s.Args.Text("电量", "battery"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil {
			return fmt.Errorf("电量应是整数：%s", t)
		}
		position["attributes"].(object)["batteryLevel"] = n
	}
	body := object{"device": object{"uniqueId": s.Number}, "position": position}
	if s.Alarm {
		body["event"] = object{"type": "alarm", "eventTime": at, "attributes": object{"alarm": "sos"}}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	var out struct {
		Taken int `json:"taken"`
	}
	path := w.gateway.Path[len("/api/v1"):]
	if err := w.once(ctx, w.gateway.Key, "", http.MethodPost, path, "application/json", raw, &out); err != nil {
		return err
	}
	if out.Taken == 0 {
		return fmt.Errorf("没有发放编号为「%s」的设备", s.Number)
	}
	return nil
}

// invoke takes a legal ground for somebody.
func (w *world) invoke(ctx context.Context, who *login, s Step) error {
	of, err := w.getKind(s.On, aParty, "服务对象")
	if err != nil {
		return err
	}
	path := "/parties/" + of.id + "/grounds/" + w.prog.Key + "/" + s.Target
	if s.Target == "break_glass" {
		path = "/parties/" + of.id + "/glass/" + w.prog.Key
	} else if !w.prog.Grounds.Has(s.Target) {
		return fmt.Errorf("没有依据「%s」", s.Target)
	}
	return w.call(ctx, who, http.MethodPost, path, object{"reason": s.Args.Text("理由", "reason")}, nil)
}
