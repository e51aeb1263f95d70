package sandbox

// Foreseeing is a [Host] that knows events before the script has issued what they
// answer: those of a replay. A sandbox that is far from its host asks for them, and
// need not ask for each.
type Foreseeing interface {
	Host

	// Ahead returns at most n of the events with which the next turns will be answered,
	// in their order, as long as the script issues what it issued before. Turn is
	// called for each of them all the same, perhaps later, and its answer counts:
	// a sandbox ends the pass when it is another one.
	Ahead(n int) []Foreseen
}

// Foreseen is an event of which only the place is known, not the operation.
type Foreseen struct {
	// Timer says that the event answers the Nth timer, from 0 in the order of issue;
	// Of that it answers the Nth operation of that kind: [OpSleep], [OpSignal] or
	// [OpSnippet]. Else it answers the Nth call or step.
	Timer bool
	Of    OpKind
	N     int

	Event // its Op means nothing
}
