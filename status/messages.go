package status

import "slices"

// MessageTexts gives what the values of an entry of purpose Message mean here, in
// the order of the values.
func MessageTexts() []string { return slices.Clone(messageTexts[:]) }
