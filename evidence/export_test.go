package evidence

// The tree over bare leaves, for vectors from outside.
var (
	TopOf  = topOf
	PathOf = pathOf
	Climb  = climb
)
