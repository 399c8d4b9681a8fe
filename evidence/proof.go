package evidence

import (
	"errors"
	"io"

	"github.com/probatum/probatum/internal/fault"
)

// A Proof shows that one item is in a frozen set. By itself it says nothing: it
// is held against a root from a credential that was verified.
type Proof struct {
	Item  Item
	Salt  Salt
	Index int      // of the item in the set, from 0
	Items int      // of the set
	Path  []Digest // audit path (RFC 6962, 2.1.1)
}

// errElsewhere is the log's word for a proof of another root.
var errElsewhere = errors.New("the proof leads to another root")

// VerifyProof holds a proof against a root. It says that the item was in the
// set, at this place; the file is checked by VerifyFile.
func VerifyProof(root Root, p Proof) error {
	if err := p.check(); err != nil {
		return err
	}
	top, ok := climb(leafOf(p.Item, p.Salt), p.Index, p.Items, p.Path)
	if !ok || rootOf(top, p.Items) != root {
		return fault.New(fault.Invalid, "evidence.proof.other", errElsewhere)
	}
	return nil
}

// VerifyFile holds a proof against a root and a file against the proof. It
// reads no more of the file than one byte beyond the size that the item has.
func VerifyFile(root Root, p Proof, file io.Reader) error {
	if err := VerifyProof(root, p); err != nil {
		return err
	}
	digest, size, err := Sum(io.LimitReader(file, p.Item.Size+1))
	if err != nil {
		return fault.New(fault.Unreadable, "evidence.file.unreadable", err)
	}
	if digest != p.Item.Digest || size != p.Item.Size {
		return fault.New(fault.Invalid, "evidence.file.other", errors.New("the file has another digest or size"))
	}
	return nil
}

func (p Proof) check() error {
	var l fault.List
	p.Item.check("$.item", &l)
	if p.Salt == (Salt{}) {
		l.Add("$.item.salt", "evidence.salt", "")
	}
	if p.Items < 1 || p.Items > MaxItems {
		l.Add("$.items", "evidence.count", "", "Max", MaxItems, "Found", p.Items)
	} else if p.Index < 0 || p.Index >= p.Items {
		l.Add("$.index", "evidence.index", "", "Max", p.Items-1)
	}
	if len(p.Path) > maxPath {
		l.Add("$.path", "evidence.path", "", "Max", maxPath)
	}
	return l.Err()
}

// maxPath is the length of the longest path in a tree of MaxItems leaves.
const maxPath = 14
