package elm

import "slices"

// Many is a property that may have several values. JSON-LD writes a single
// value with or without an array round it, so both are read; a single value is
// written without.
type Many[T any] []T

// One makes a Many with one value.
func One[T any](v T) Many[T] { return Many[T]{v} }

// First is the first value, or the zero value of T where there is none.
func (m Many[T]) First() T {
	var zero T
	if len(m) == 0 {
		return zero
	}
	return m[0]
}

// MarshalJSON writes a single value, or an array of several.
func (m Many[T]) MarshalJSON() ([]byte, error) { return Marshal(m) }

// UnmarshalJSON reads a value or an array of values.
func (m *Many[T]) UnmarshalJSON(data []byte) error { return unmarshal(data, m) }

// Types are the classes of an object, by their names in the context. Left nil,
// the class that the Go type stands for is written; empty but not nil, none
// is. Reading fills it with what the document says.
type Types []string

// Has tells whether the object is of the class.
func (t Types) Has(class string) bool { return slices.Contains(t, class) }

// MarshalJSON writes a single class, or an array of several.
func (t Types) MarshalJSON() ([]byte, error) { return Marshal(t) }

// UnmarshalJSON reads a class or an array of classes.
func (t *Types) UnmarshalJSON(data []byte) error { return unmarshal(data, t) }
