package journal

import (
	"encoding/json"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
)

// ParseRecords reads records as [Record.Encode] writes them. The records share
// memory with the texts, which nobody may change any more. It returns [ErrCorrupt],
// with the index of the first text that is none.
func ParseRecords(texts [][]byte) ([]Record, error) {
	p := parser{names: make(map[string]string)}
	all := make([]Record, len(texts))
	for i, text := range texts {
		p.text, p.at = text, 0
		if p.record(&all[i]) && p.at == len(text) {
			continue
		}
		// What is not just as we write it is left to who knows all of JSON.
		all[i] = Record{}
		if err := json.Unmarshal(text, &all[i]); err != nil {
			return nil, fmt.Errorf("record %d: %w: %w", i, ErrCorrupt, err)
		}
	}
	return all, nil
}

// parser reads exactly the texts that a [text] writes: keys in that order, nothing
// between the tokens. Each method reports false for anything else.
type parser struct {
	text []byte
	at   int

	names       map[string]string // those seen: they are few
	values      []Value           // memory for the next ones
	intents     []Intent
	completions []Completion
}

// slab is for how many of a kind memory is taken at once.
const slab = 64

// one takes memory for one more.
func one[T any](free *[]T) []T {
	if len(*free) == 0 {
		*free = make([]T, slab)
	}
	taken := (*free)[:1:1]
	*free = (*free)[1:]
	return taken
}

// is reads s if it comes next.
func (p *parser) is(s string) bool {
	if rest := p.text[p.at:]; len(rest) < len(s) || string(rest[:len(s)]) != s {
		return false
	}
	p.at += len(s)
	return true
}

func (p *parser) int(n *int64) bool {
	negative := p.is("-")
	start := p.at
	*n = 0
	for ; p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9'; p.at++ {
		*n = *n*10 + int64(p.text[p.at]-'0')
	}
	digits := p.at - start
	if digits == 0 || digits > 18 || digits > 1 && p.text[start] == '0' {
		return false
	}
	if negative {
		*n = -*n
	}
	return true
}

func (p *parser) number(n *int) bool {
	var wide int64
	ok := p.int(&wide)
	*n = int(wide)
	return ok && int64(*n) == wide
}

// quoted reads a string and returns its text, quotes included; easy says that it
// stands for itself.
func (p *parser) quoted() (lit []byte, easy bool) {
	start := p.at
	if !p.is(`"`) {
		return nil, false
	}
	easy = true
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return p.text[start:p.at], easy
		case c == '\\':
			p.at++
			easy = false
		case c < ' ' || c > '~':
			easy = false
		}
	}
	return nil, false
}

func (p *parser) string(s *string) bool {
	lit, easy := p.quoted()
	if lit == nil {
		return false
	}
	if !easy {
		return json.Unmarshal(lit, s) == nil
	}
	lit = lit[1 : len(lit)-1]
	if known, ok := p.names[string(lit)]; ok {
		*s = known
		return true
	}
	*s = string(lit)
	if len(p.names) < slab && len(lit) <= slab {
		p.names[*s] = *s
	}
	return true
}

// raw reads a JSON value of any kind.
func (p *parser) raw(value *json.RawMessage) bool {
	start := p.at
	if !p.skip(0) {
		return false
	}
	*value = p.text[start:p.at:p.at]
	return true
}

func (p *parser) value(key string, v **Value) bool {
	if !p.is(key) {
		return true
	}
	*v = &one(&p.values)[0]
	if p.is(`{"v":`) {
		return p.raw(&(*v).JSON) && p.is("}")
	}
	return p.is(`{"$object":`) && p.string(&(*v).Object) && p.is(`,"bytes":`) && p.number(&(*v).Bytes) && p.is("}")
}

func (p *parser) record(r *Record) bool {
	if !(p.is(`{"attempt":`) && p.number(&r.Attempt) && p.is(`,"at":`) && p.int(&r.At)) {
		return false
	}
	if p.is(`,"issued":[`) {
		for more := true; more; more = p.is(",") {
			in := one(&p.intents)
			if !p.intent(&in[0]) {
				return false
			}
			r.Issued = extend(r.Issued, in)
		}
		if !p.is("]") {
			return false
		}
	}
	if !p.seqs(`,"started":[`, &r.Started) || !p.seqs(`,"reverting":[`, &r.Reverting) {
		return false
	}
	if p.is(`,"done":[`) {
		for more := true; more; more = p.is(",") {
			c := one(&p.completions)
			if !p.completion(&c[0]) {
				return false
			}
			r.Done = extend(r.Done, c)
		}
		if !p.is("]") {
			return false
		}
	}
	return p.is("}")
}

// seqs reads a list of seqs under a key, if it is there.
func (p *parser) seqs(key string, all *[]int) bool {
	if !p.is(key) {
		return true
	}
	for more := true; more; more = p.is(",") {
		var seq int
		if !p.number(&seq) {
			return false
		}
		*all = append(*all, seq)
	}
	return p.is("]")
}

// stringAt reads a string under a key, if it is there.
func (p *parser) stringAt(key string, s *string) bool { return !p.is(key) || p.string(s) }

// extend appends one to a list; the first one is the list.
func extend[T any](list, one []T) []T {
	if list == nil {
		return one
	}
	return append(list, one...)
}

func (p *parser) intent(in *Intent) bool {
	if !(p.is(`{"seq":`) && p.number(&in.Seq) && p.is(`,"connector":`) && p.string(&in.Connector) &&
		p.is(`,"method":`) && p.string(&in.Method) && p.value(`,"args":`, &in.Args)) {
		return false
	}
	in.Ephemeral = p.is(`,"ephemeral":true`)
	in.RequiresApproval = p.is(`,"requiresApproval":true`)
	if p.is(`,"pending":`) {
		var kind string
		if !p.string(&kind) {
			return false
		}
		in.Pending = execution.PendingKind(kind)
	}
	return p.stringAt(`,"key":`, &in.Key) && (!p.is(`,"at":`) || p.int(&in.At)) && p.is("}")
}

func (p *parser) completion(c *Completion) bool {
	if !p.is("{") || p.is(`"kind":`) && !(p.string(&c.Kind) && p.is(",")) {
		return false
	}
	var mark string
	if !(p.is(`"n":`) && p.number(&c.N) && p.is(`,"mark":`) && p.string(&mark) && p.value(`,"result":`, &c.Result)) {
		return false
	}
	c.Mark = Mark(mark)
	if p.is(`,"error":{`) {
		c.Error = new(execution.CallError)
		if p.is(`"name":`) && !(p.string(&c.Error.Name) && p.is(",")) ||
			!(p.is(`"message":`) && p.string(&c.Error.Message) && p.is("}")) {
			return false
		}
	}
	if !(p.is(`,"at":`) && p.int(&c.At) && p.is(`,"attempt":`) && p.number(&c.Attempt)) {
		return false
	}
	if !(p.stringAt(`,"by":`, &c.By) && p.stringAt(`,"reason":`, &c.Reason) && p.value(`,"args":`, &c.Args) &&
		p.stringAt(`,"signal":`, &c.Signal) && p.stringAt(`,"name":`, &c.Name)) {
		return false
	}
	c.Unseen = p.is(`,"unseen":true`)
	return p.is("}")
}
