package assessment

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/fault"
)

// maxFaults is how many faults of one file are told. Who corrects so many runs
// the check again.
const maxFaults = 200

// inOrder sorts faults by where they stand in the text. A member that is
// missing stands where the object ends that lacks it. Those that were not kept
// are counted.
func inOrder(data []byte, faults fault.List, unkept int) fault.List {
	if len(faults) == 0 {
		return nil
	}
	where := places(data)
	position := make(map[string]int, len(faults))
	for _, f := range faults {
		position[f.Path] = len(data)
		for p := f.Path; p != ""; p = parent(p) {
			at, ok := where[p]
			if !ok {
				continue
			}
			position[f.Path] = at.end
			if p == f.Path {
				position[f.Path] = at.start
			}
			break
		}
	}
	slices.SortStableFunc(faults, func(a, b fault.Item) int { return position[a.Path] - position[b.Path] })
	if more := len(faults) + unkept - maxFaults; more > 0 {
		faults = faults[:maxFaults]
		faults.Add("$", "result.more", "", "More", more)
	}
	return faults
}

// A place is where a value starts and ends in the text.
type place struct{ start, end int }

// places finds where each value of a checked JSON text stands, by its path.
func places(data []byte) map[string]place {
	where := map[string]place{}
	dec := json.NewDecoder(bytes.NewReader(data))
	var value func(path string) bool
	value = func(path string) bool {
		start := int(dec.InputOffset())
		t, err := dec.Token()
		if err != nil {
			return false
		}
		ok := true
		switch t {
		case json.Delim('{'):
			for ok && dec.More() {
				name, err := dec.Token()
				s, isText := name.(string)
				ok = err == nil && isText && value(path+step(s))
			}
			_, err = dec.Token()
		case json.Delim('['):
			for i := 0; ok && dec.More(); i++ {
				ok = value(entry(path, i))
			}
			_, err = dec.Token()
		}
		where[path] = place{start, int(dec.InputOffset())}
		return ok && err == nil
	}
	value("$")
	return where
}

// parent is the path of the object or array that holds a value.
func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}
