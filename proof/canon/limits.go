package canon

// Limits bound what one document may cost. A zero field means its default; the
// defaults keep every answer below a second on one core.
type Limits struct {
	MaxBytes   int // of the JSON or N-Quads text
	MaxDepth   int // levels of JSON
	MaxObjects int // JSON objects
	MaxQuads   int // statements of the dataset
	MaxBlanks  int // blank nodes of the dataset

	// Budget is the work that Hash N-Degree Quads may do for each blank node
	// that its own statements do not tell apart from others: about one unit for
	// each hash.
	Budget int
}

// The defaults.
const (
	defaultMaxBytes   = 2 << 20
	defaultMaxDepth   = 64
	defaultMaxObjects = 20_000
	defaultMaxQuads   = 50_000
	defaultMaxBlanks  = 20_000
	defaultBudget     = 4_000
)

// filled gives the limits with the defaults in place of zeros.
func (l Limits) filled() Limits {
	for _, f := range []struct {
		limit *int
		value int
	}{
		{&l.MaxBytes, defaultMaxBytes},
		{&l.MaxDepth, defaultMaxDepth},
		{&l.MaxObjects, defaultMaxObjects},
		{&l.MaxQuads, defaultMaxQuads},
		{&l.MaxBlanks, defaultMaxBlanks},
		{&l.Budget, defaultBudget},
	} {
		if *f.limit <= 0 {
			*f.limit = f.value
		}
	}
	return l
}
