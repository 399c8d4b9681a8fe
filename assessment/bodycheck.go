package assessment

import (
	"encoding/json"

	"github.com/probatum/probatum/internal/fault"
)

// Check holds a Body that was made in the program to the rules that
// ParseResult has for the body of a Result, its texts to the languages. The
// paths begin at the Body.
func (b Body) Check(langs ...string) fault.List {
	data, err := json.Marshal(b)
	if err != nil {
		return fault.List{{Path: "$", Key: "result.malformed", Args: map[string]any{"Offset": 0}}}
	}
	p := &parser{reader: &reader{langs: langs}}
	if o, ok := p.object(data, "$", "R81"); ok {
		p.body(o)
		o.done()
	}
	return p.faults
}
