package canon

import "context"

const (
	// maxWork bounds the work of one run whatever the number of its blank nodes:
	// less than a second on one core.
	maxWork = 3_200_000

	// maxLevels bounds how deep Hash N-Degree Quads goes: a chain of so many
	// blank nodes of which none is told apart by its own statements.
	maxLevels = 12_000

	// patience is the work between two looks at the context.
	patience = 512
)

// A budget counts the work of one run and ends it when there is too much of it
// or when its context ends.
type budget struct {
	ctx   context.Context // a budget lives for one call, which is given it
	left  int             // units that Hash N-Degree Quads may still spend
	until int             // units to the next look at ctx
}

// allow sets how much may be spent, in proportion to the nodes that need it.
func (b *budget) allow(nodes, perNode int) {
	b.left = maxWork
	if perNode < maxWork/nodes {
		b.left = nodes * perNode
	}
}

// spend takes units of the budget, about one for each hash.
func (b *budget) spend(units int) error {
	b.left -= units
	if b.left < 0 {
		return &Error{Kind: Resources, Key: "proof.canon.work"}
	}
	return b.tick(units)
}

// tick looks at the context from time to time.
func (b *budget) tick(units int) error {
	b.until -= units
	if b.until > 0 {
		return nil
	}
	b.until = patience
	if err := b.ctx.Err(); err != nil {
		return &Error{Kind: Resources, Key: "proof.canon.time", Err: err}
	}
	return nil
}
