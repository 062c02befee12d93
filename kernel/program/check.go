package program

func (s *source) check() {}

func (s *source) checkReads(v *node, x any, sc *scope) {}
