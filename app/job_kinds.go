package app

// jobRunner finds what runs a kind of job. Adding a kind is a line here.
func (a *App) jobRunner(kind string) (jobRunner, bool) {
	switch kind {
	case jobExport:
		return a.runExport, true
	case jobBulkCheck:
		return a.checkBulk, true
	case jobBulk:
		return a.runBulk, true
	case jobBulkUndo:
		return a.undoBulk, true
	case jobRound:
		return a.runRound, true
	}
	return a.extraJobs[kind], a.extraJobs[kind] != nil
}
