package status

import "bytes"

// Encode writes entries as a list has them: what stands in lst or encodedList.
func Encode(k Kind, size, entries int, value func(index int64) uint8) string {
	o := leftFirst
	if k == Token {
		o = rightFirst
	}
	b := newBits(entries, size, o)
	for i := range int64(entries) {
		b.set(i, size, value(i))
	}
	text, err := b.encode(k)
	if err != nil {
		panic(err)
	}
	return text
}

// Same tells whether two lists have the same entries.
func Same(a, b *List) bool { return a.Size == b.Size && bytes.Equal(a.bits.data, b.bits.data) }

// Gunzip and Unzlib are for fuzzing.
var (
	Gunzip = gunzip
	Unzlib = unzlib
)

// Limits that tests stand at.
const (
	MaxBytes   = maxBytes
	MaxEntries = maxEntries
)

// Kept is how many lists there are and what they weigh.
func (l *Lists) Kept() (lists int, bytes int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.slots), l.bytes
}
