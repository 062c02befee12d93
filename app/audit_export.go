package app

import (
	"context"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
)

// auditExportMost bounds one export of the journal; a longer one is asked for by
// shorter periods.
const auditExportMost = 100_000

// AuditActions lists the actions an auditor can filter by.
func (a *App) AuditActions(ctx context.Context, who *Who) (out []Choice, err error) {
	if !who.Auditor {
		return nil, domain.E(domain.KindForbidden, "auditor_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		out = w.auditActionList()
		return nil
	})
	return out, err
}

// ExportAudit writes the journal as a spreadsheet, page by page. Taking it out is
// itself noted, before a byte leaves.
func (a *App) ExportAudit(ctx context.Context, who *Who, q AuditQuery, out io.Writer) error {
	if !who.Auditor {
		return domain.E(domain.KindForbidden, "auditor_only")
	}
	x := excelize.NewFile()
	defer x.Close()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	zh := *who
	zh.Lang = "zh-CN"
	if err := sw.SetRow("A1", []any{"时间", "操作人", "单位", "操作", "对象", "用途", "详情", "链序号", "链校验值"}); err != nil {
		return err
	}
	rows := 0
	q.Limit = 200
	for {
		var page List[AuditView]
		if err := a.read(ctx, &zh, func(w *work) (err error) {
			page, err = w.audits(q)
			return err
		}); err != nil {
			return err
		}
		for _, v := range page.Items {
			rows++
			if err := sw.SetRow(fmt.Sprintf("A%d", rows+1), auditLine(v)); err != nil {
				return err
			}
		}
		if page.Next == nil {
			break
		}
		if rows >= auditExportMost {
			return domain.E(domain.KindRefused, "audit_too_long", "max", fmt.Sprint(auditExportMost)).With("from", "audit_too_long", "max", fmt.Sprint(auditExportMost))
		}
		q.Cursor = *page.Next
	}
	if err := sw.Flush(); err != nil {
		return err
	}
	if err := a.write(ctx, who, func(w *work) error {
		return w.audit("export", "audit", "", map[string]any{"rows": rows})
	}); err != nil {
		return err
	}
	return x.Write(out)
}
