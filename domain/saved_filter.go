package domain

import "time"

// SavedFilter is a list's filters under a name (常用筛选). Org is set when its
// maker's organisation sees it too.
type SavedFilter struct {
	County  CountyCode
	ID      string
	Account AccountID
	Org     OrgID
	List    string // which list: a program's record, or another screen
	Name    string
	Filters map[string]any // sealed: they may hold a name that was searched for
	Created time.Time
	Rev     int64
}
