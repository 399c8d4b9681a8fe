package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// Refresh is the purpose by which an issuer tells that a newer credential is to
// be had. It never makes the one at hand invalid (Bitstring Status List 1.0,
// 2.1).
const Refresh Purpose = "refresh"

// The bounds of what a credential says of its status.
const (
	maxReferences = 8
	maxURL        = 2048
	maxDigits     = 20
	maxPurpose    = 128
)

// A Reference is what a credential says of where its status stands.
type Reference struct {
	Kind    Kind
	Purpose Purpose // of a Bitstring entry
	Size    int     // bits of a Bitstring entry; the list itself says it of a Token
	URL     string  // of the list
	Index   int64   // in the list

	// Issuer is the web address by which the issuer of the credential goes, where
	// its keys are those that it publishes there; else empty. The entry does not
	// say it: whoever has verified the credential does.
	Issuer string

	// Known is false where the credential has a status of a type, purpose or
	// meaning that is not understood here. Then there is nothing to be looked
	// up, and the status is not known.
	Known bool

	// foreign tells that statusMessage does not give the values of the entry the
	// meanings that are known here: only zero has one.
	foreign bool
}

// ParseEntries reads the credentialStatus of a credential: one entry or several
// (VC Data Model 2.0, 4.10). None at all, where the member is absent, is no
// error. What the rules of a BitstringStatusListEntry forbid is (Bitstring Status
// List 1.0, 2.1); a type that is not known gives a Reference that is not Known.
// The error is always an *Error with the Problem Malformed or Range.
func ParseEntries(credentialStatus json.RawMessage) ([]Reference, error) {
	if len(credentialStatus) == 0 {
		return nil, nil
	}
	v, err := strictjson.Parse(credentialStatus)
	if err != nil {
		return nil, refuse(Malformed, "status.entry", fmt.Errorf("reading credentialStatus: %w", err))
	}
	entries := v.Values()
	if len(entries) == 0 || len(entries) > maxReferences {
		return nil, malformed("status.entry", "%d status entries", len(entries))
	}
	out := make([]Reference, len(entries))
	for i, e := range entries {
		if out[i], err = parseEntry(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const entryType = "BitstringStatusListEntry"

// parseEntry reads one entry. The class of the European Learning Model may
// stand beside the type: EDC files need it.
func parseEntry(v *strictjson.Value) (Reference, error) {
	if !v.Is(strictjson.Object) {
		return Reference{}, malformed("status.entry", "a status entry is no object")
	}
	if err := exactNames(v, "id", "type", "statusPurpose", "statusListIndex", "statusListCredential", "statusSize", "statusMessage", "statusReference"); err != nil {
		return Reference{}, err
	}
	known := false
	types := v.Member("type").Values()
	for _, t := range types {
		if !t.Is(strictjson.String) || t.Text == "" {
			return Reference{}, malformed("status.entry", "a type of a status entry is no string")
		}
		known = known || t.Text == entryType
	}
	if len(types) == 0 {
		return Reference{}, malformed("status.entry", "a status entry has no type")
	}
	if !known || slices.ContainsFunc(types, func(t *strictjson.Value) bool { return t.Text != entryType && t.Text != "CredentialStatus" }) {
		return Reference{}, nil
	}
	r := Reference{Kind: Bitstring}
	for _, read := range []func(*strictjson.Value) error{r.readPurpose, r.readList, r.readIndex, r.readMeaning} {
		if err := read(v); err != nil {
			return Reference{}, err
		}
	}
	return r, nil
}

// exactNames refuses members whose names differ only in case from those that
// are read.
func exactNames(v *strictjson.Value, names ...string) error {
	for _, m := range v.Members {
		for _, n := range names {
			if m.Name != n && strings.EqualFold(m.Name, n) {
				return malformed("status.entry", "a member of a status entry is named in another case")
			}
		}
	}
	return nil
}

func (r *Reference) readPurpose(v *strictjson.Value) error {
	p := v.Member("statusPurpose")
	if !p.Is(strictjson.String) || p.Text == "" || len(p.Text) > maxPurpose {
		return malformed("status.entry", "statusPurpose is no string, empty or too long")
	}
	r.Purpose = Purpose(p.Text)
	return nil
}

func (r *Reference) readList(v *strictjson.Value) error {
	list := v.Member("statusListCredential")
	if !list.Is(strictjson.String) {
		return malformed("status.entry.list", "statusListCredential is no string")
	}
	if err := checkURL(list.Text); err != nil {
		return refuse(Malformed, "status.entry.list", err)
	}
	r.URL = list.Text
	if id := v.Member("id"); id != nil {
		switch {
		case !id.Is(strictjson.String) || id.Text == "":
			return malformed("status.entry", "the id of a status entry is no string or empty")
		case id.Text == r.URL:
			return malformed("status.entry", "the id of a status entry is that of the list")
		}
	}
	return nil
}

func (r *Reference) readIndex(v *strictjson.Value) error {
	index := v.Member("statusListIndex")
	if !index.Is(strictjson.String) {
		return malformed("status.entry.index", "statusListIndex is no string")
	}
	var err error
	r.Index, err = parseIndex(index.Text)
	return err
}

// parseIndex reads a whole number of zero or more in base 10, in its one
// spelling. It may be of any size, but no list has so many entries.
func parseIndex(s string) (int64, error) {
	if s == "" || strings.Trim(s, "0123456789") != "" || len(s) > 1 && s[0] == '0' {
		return 0, malformed("status.entry.index", "the index is no whole number of zero or more in base 10")
	}
	if len(s) > maxDigits {
		return 0, refuse(Range, "status.entry.range", fmt.Errorf("an index of %d digits", len(s)))
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n >= maxEntries {
		return 0, refuse(Range, "status.entry.range", errors.New("an index beyond any list"))
	}
	return n, nil
}

// readMeaning reads how wide the entry is and what its values mean. Known comes
// out of it.
func (r *Reference) readMeaning(v *strictjson.Value) error {
	r.Size = 1
	if size := v.Member("statusSize"); size != nil {
		n, err := strconv.Atoi(size.Text)
		if !size.Is(strictjson.Number) || err != nil || n < 1 {
			return malformed("status.entry", "statusSize is no whole number of 1 or more")
		}
		r.Size = n
	}
	if !validSize(r.Size) {
		return nil
	}
	messages, err := readMessages(v.Member("statusMessage"), r.Size)
	if err != nil {
		return err
	}
	switch r.Purpose {
	case Revocation, Suspension, Refresh:
		r.Known = true
	case Message:
		r.Known = true
		r.foreign = r.Size != messageSize || !slices.Equal(messages, messageTexts[:])
	}
	return nil
}

// messageSize is how wide entries of purpose Message are here, and messageTexts
// what their values mean: the State of that number, and one that is never given.
const messageSize = 2

var messageTexts = [1 << messageSize]string{Valid: "valid", Revoked: "revoked", Suspended: "suspended", 3: "unused"}

// readMessages gives the texts of statusMessage by the value that they belong
// to: one for each value that an entry can have.
func readMessages(v *strictjson.Value, size int) ([]string, error) {
	if v == nil {
		if size > 1 {
			return nil, malformed("status.entry", "statusMessage is missing")
		}
		return nil, nil
	}
	if !v.Is(strictjson.Array) || len(v.Items) != 1<<size {
		return nil, malformed("status.entry", "statusMessage does not have one message for each value")
	}
	texts := make([]string, 1<<size)
	seen := make([]bool, 1<<size)
	for _, m := range v.Items {
		if err := exactNames(m, "status", "message"); err != nil {
			return nil, err
		}
		status, message := m.Member("status"), m.Member("message")
		if !status.Is(strictjson.String) || !message.Is(strictjson.String) {
			return nil, malformed("status.entry", "an entry of statusMessage has no status or no message")
		}
		digits, ok := strings.CutPrefix(status.Text, "0x")
		n, err := strconv.ParseUint(digits, 16, size)
		if !ok || err != nil || strings.ContainsAny(digits, "_+-") || seen[n] {
			return nil, malformed("status.entry", "a status of statusMessage is no value of the entry, or given twice")
		}
		seen[n], texts[n] = true, message.Text
	}
	return texts, nil
}

// ParseTokenStatus reads the status claim of a token (Token Status List, 6.2). A
// mechanism that is not known, alone or beside a status_list, gives a Reference
// that is not Known: it could say that the token was revoked. The error is always
// an *Error with the Problem Malformed or Range.
func ParseTokenStatus(status json.RawMessage) (Reference, error) {
	v, err := strictjson.Parse(status)
	if err != nil {
		return Reference{}, refuse(Malformed, "status.entry", fmt.Errorf("reading status: %w", err))
	}
	if !v.Is(strictjson.Object) || len(v.Members) == 0 {
		return Reference{}, malformed("status.entry", "status is no object or empty")
	}
	if err := exactNames(v, "status_list"); err != nil {
		return Reference{}, err
	}
	list := v.Member("status_list")
	if list == nil {
		return Reference{}, nil
	}
	idx, uri := list.Member("idx"), list.Member("uri")
	switch err := exactNames(list, "idx", "uri"); {
	case err != nil:
		return Reference{}, err
	case !list.Is(strictjson.Object):
		return Reference{}, malformed("status.entry", "status_list is no object")
	case !idx.Is(strictjson.Number):
		return Reference{}, malformed("status.entry.index", "idx is no number")
	case !uri.Is(strictjson.String):
		return Reference{}, malformed("status.entry.list", "uri is no string")
	}
	if err := checkURL(uri.Text); err != nil {
		return Reference{}, refuse(Malformed, "status.entry.list", err)
	}
	r := Reference{Kind: Token, URL: uri.Text, Known: len(v.Members) == 1}
	r.Index, err = parseIndex(idx.Text)
	if err != nil {
		return Reference{}, err
	}
	return r, nil
}

// checkURL tells an address under which a list may lie: https, or http at a
// loopback address, as demonstrations have it.
func checkURL(s string) error {
	if len(s) > maxURL || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the address of a list is too long, or has a character that no address has")
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || u.User != nil || strings.Contains(s, "#") {
		return errors.New("the address of a list is no absolute URL without fragment and credentials")
	}
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.Unmap().IsLoopback() {
			return nil
		}
	}
	return errors.New("the address of a list is not https")
}

// Judge tells what a list says of the credential that the Reference is from.
// Whether the one who signed the list may speak for that credential is for the
// caller to find out. The error is always an *Error.
func (r Reference) Judge(l *List) (State, error) {
	switch {
	case !r.Known:
		return 0, ErrUnknown()
	case l.URL != r.URL:
		return 0, wrong("status.list.other", errors.New("the list is another one"))
	case l.Kind != r.Kind:
		return 0, wrong("status.list.kind", fmt.Errorf("a %s list where the credential names a %s list", l.Kind, r.Kind))
	case r.Kind == Bitstring && !slices.Contains(l.Purposes, r.Purpose):
		return 0, wrong("status.list.purpose", errors.New("the list is not for the purpose of the entry"))
	case r.Kind == Bitstring && l.Size != 0 && l.Size != r.Size:
		return 0, wrong("status.list.purpose", errors.New("the list has entries of another size"))
	}
	size := r.Size
	if r.Kind == Token {
		size = l.Size
	} else if l.bits.count(size) < Entries {
		return 0, refuse(Length, "status.list.short", fmt.Errorf("%d entries", l.bits.count(size)))
	}
	v, err := l.value(r.Index, size)
	if err != nil {
		return 0, err
	}
	return r.state(v)
}

// state is what a value means.
func (r Reference) state(v uint8) (State, error) {
	switch {
	case v == 0 || r.Purpose == Refresh: // Bitstring Status List 1.0, 3.2: zero is valid, whatever the purpose
		return Valid, nil
	case r.foreign:
		return 0, ErrUnknown()
	case r.Purpose == Revocation:
		return Revoked, nil
	case r.Purpose == Suspension:
		return Suspended, nil
	case State(v) == Revoked || State(v) == Suspended: // Token Status List, 7.1, and messageTexts
		return State(v), nil
	}
	return 0, wrong("status.value", fmt.Errorf("value %d means nothing that is known", v))
}

// ErrUnknown is what there is to say of a Reference that is not Known.
func ErrUnknown() *Error {
	return wrong("status.unknown", errors.New("a status of a type, purpose or meaning that is not known"))
}
