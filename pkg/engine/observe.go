package engine

// untoldMost is how many replayed calls the observer may learn of late.
const untoldMost = 64

// observe tells the observer that an entry changed.
func (p *pass) observe(seq int) {
	if p.Observe != nil {
		p.tell()
		p.show(seq)
	}
}

// observeReplayed tells the observer of a replayed call, a little later: one after the
// other, between them the code, they would cost several times as much. Nothing that
// comes after it, and no waiting, is seen before it.
func (p *pass) observeReplayed(seq int) {
	if p.Observe == nil {
		return
	}
	if p.untold = append(p.untold, seq); len(p.untold) == untoldMost {
		p.tell()
	}
}

// tell tells the observer what it does not know yet.
func (p *pass) tell() {
	for _, seq := range p.untold {
		p.show(seq)
	}
	p.untold = p.untold[:0]
}

func (p *pass) show(seq int) {
	p.Observe.Call(p.log.Entries[seq].Shown(p.State.View()))
}
