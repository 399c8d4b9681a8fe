package issuer

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/status"
)

// entryType is the class of an entry in a Bitstring Status List (W3C, 1.0, 2.1).
const entryType = "BitstringStatusListEntry"

// credentialStatus writes the status entries of a credential. In EDC files they
// have one more class, which the profiles of ELM 3.2 want.
func credentialStatus(entries []status.Entry, more ...string) (elm.Many[elm.CredentialStatus], error) {
	var all elm.Many[elm.CredentialStatus]
	for _, e := range entries {
		if e.Kind != status.Bitstring || e.URL == "" || e.Index < 0 || e.Index >= status.Entries {
			return nil, fmt.Errorf("a status entry that cannot be written: %+v", e)
		}
		index := strconv.Itoa(e.Index)
		s := elm.CredentialStatus{
			ID:                   e.URL + "#" + index,
			Type:                 slices.Concat(more, []string{entryType}),
			StatusPurpose:        string(e.Purpose),
			StatusListIndex:      index,
			StatusListCredential: e.URL,
		}
		if e.Purpose == status.Message {
			s.StatusSize = e.Size
			for value := range 1 << e.Size {
				s.StatusMessage = append(s.StatusMessage, elm.StatusMessage{Status: "0x" + strconv.FormatInt(int64(value), 16), Message: messageOf(status.State(value))})
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// messageOf says what a value of an entry of purpose message means.
func messageOf(s status.State) string {
	switch s {
	case status.Valid:
		return "valid"
	case status.Revoked:
		return "revoked"
	case status.Suspended:
		return "suspended"
	}
	return "unused"
}
