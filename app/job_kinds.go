package app

// jobRunner finds what runs a kind of job. Adding a kind is a line here.
func (a *App) jobRunner(kind string) (jobRunner, bool) {
	switch kind {
	}
	return a.extraJobs[kind], a.extraJobs[kind] != nil
}
