package evidence

import (
	"crypto/sha256"
	"math/bits"
	"strconv"
)

// What is hashed for a leaf, for a node and for the root begins with a byte of
// its own, so that none passes for another (RFC 6962, 2.1). The root has its
// own because it also takes the number of items.
const (
	leafByte = 0
	nodeByte = 1
	rootByte = 2

	leafName = "probatum-evidence-item-1"
	rootName = "probatum-evidence-root-1"
)

// field appends a text as a netstring: its length in bytes, a colon, the text,
// a comma. A row of netstrings can be read in one way only.
func field(b []byte, s string) []byte {
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, ':')
	b = append(b, s...)
	return append(b, ',')
}

// leafOf hashes an item with its salt.
func leafOf(it Item, salt Salt) Digest {
	b := []byte{leafByte}
	for _, s := range [...]string{
		leafName, salt.text(), it.Digest.String(), strconv.FormatInt(it.Size, 10),
		it.MediaType, it.Kind, it.Unit, it.Title, it.Shows,
	} {
		b = field(b, s)
	}
	return sha256.Sum256(b)
}

func nodeOf(left, right Digest) Digest {
	b := append([]byte{nodeByte}, left[:]...)
	return sha256.Sum256(append(b, right[:]...))
}

// rootOf binds the top of the tree to the number of its leaves.
func rootOf(top Digest, items int) Root {
	b := field([]byte{rootByte}, rootName)
	b = field(b, strconv.Itoa(items))
	return sha256.Sum256(field(b, top.String()))
}

// split is the largest power of two below n, which is at least 2: so many
// leaves stand in the left part. No leaf is ever taken twice to fill up.
func split(n int) int { return 1 << (bits.Len(uint(n-1)) - 1) }

// topOf is the Merkle tree hash of RFC 6962, 2.1, over at least one leaf.
func topOf(leaves []Digest) Digest {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := split(len(leaves))
	return nodeOf(topOf(leaves[:k]), topOf(leaves[k:]))
}

// pathOf is the audit path of RFC 6962, 2.1.1: the hashes beside the way from
// leaf i up to the top, lowest first.
func pathOf(i int, leaves []Digest) []Digest {
	if len(leaves) == 1 {
		return []Digest{}
	}
	k := split(len(leaves))
	if i < k {
		return append(pathOf(i, leaves[:k]), topOf(leaves[k:]))
	}
	return append(pathOf(i-k, leaves[k:]), topOf(leaves[:k]))
}

// climb goes up from leaf i of n by its path. The path has exactly the length
// that the place in the tree demands, or there is no top.
func climb(leaf Digest, i, n int, path []Digest) (top Digest, ok bool) {
	if n == 1 {
		return leaf, len(path) == 0
	}
	if len(path) == 0 {
		return Digest{}, false
	}
	k, beside := split(n), path[len(path)-1]
	if i < k {
		top, ok = climb(leaf, i, k, path[:len(path)-1])
		return nodeOf(top, beside), ok
	}
	top, ok = climb(leaf, i-k, n-k, path[:len(path)-1])
	return nodeOf(beside, top), ok
}
