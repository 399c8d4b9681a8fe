package vcapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/status"
)

// entryType is the type of an entry (Bitstring Status List 1.0, 2.1).
const entryType = "BitstringStatusListEntry"

// A wish is what a caller asks of the status of a credential that is to be
// issued.
type wish struct {
	purposes []status.Purpose  // of new entries
	kept     []json.RawMessage // entries that are there already
}

// wishes takes what a caller asks for out of a credential: entries of our type
// that name neither a list nor a place in it. Others are kept as they are.
func (e *edit) wishes(asked json.RawMessage) (wish, error) {
	var w wish
	value := e.document.value("credentialStatus")
	if value != nil && asked != nil {
		return w, statusAsked()
	}
	if asked != nil {
		value = asked
	}
	if value == nil {
		w.purposes = []status.Purpose{status.Revocation}
		return w, nil
	}
	list, err := itemsOf(value)
	if err != nil {
		return w, err
	}
	for _, text := range list {
		p, isWish, err := purposeIn(text)
		switch {
		case err != nil:
			return w, err
		case isWish && slices.Contains(w.purposes, p):
			return w, statusAsked()
		case isWish:
			w.purposes = append(w.purposes, p)
		case asked != nil:
			return w, statusAsked()
		default:
			w.kept = append(w.kept, text)
		}
	}
	if len(list) == 0 {
		return w, statusAsked()
	}
	return w, nil
}

// purposeIn gives the purpose of an entry that is asked for, and tells whether
// it is: anything else is told by the data model.
func purposeIn(text json.RawMessage) (status.Purpose, bool, error) {
	if !isObject(text) {
		return "", false, nil
	}
	members, err := membersOf(text, len(text))
	if err != nil {
		return "", false, err
	}
	if members.value("statusListIndex") != nil || members.value("statusListCredential") != nil {
		return "", false, nil
	}
	if types, ok := stringsOf(members.value("type")); !ok || !slices.Equal(types, []string{entryType}) {
		return "", false, nil
	}
	p := status.Revocation
	if value := members.value("statusPurpose"); value != nil {
		s, ok := stringOf(value)
		if p = status.Purpose(s); !ok {
			return "", false, statusAsked()
		}
	}
	slot, known := slots[p]
	if size := members.value("statusSize"); !known || size != nil && string(size) != strconv.Itoa(slot.Size) {
		return "", false, statusAsked()
	}
	for _, m := range members {
		switch m.Name {
		case "type", "statusPurpose", "statusSize":
		default: // it would not be granted
			return "", false, statusAsked()
		}
	}
	return p, true, nil
}

// The types of a status list and of what it is about (Bitstring Status List 1.0,
// 2.2).
const (
	listCredential = "BitstringStatusListCredential"
	listSubject    = "BitstringStatusList"
)

// others refuses a document that could pass for a list of this board, which is
// signed with the same key.
func (b *board) others(d document) error {
	no := refused(problem{kind: malformedValue, code: proof.Status, key: "vcapi.status.list"})
	if id, ok := d.text("id"); ok && strings.HasPrefix(strings.ToLower(id), strings.ToLower(b.base)) {
		return no
	}
	if types, _ := stringsOf(d.value("type")); slices.Contains(types, listCredential) {
		return no
	}
	value := d.value("credentialSubject")
	if value == nil {
		return nil // told by the data model
	}
	subjects, err := itemsOf(value)
	if err != nil {
		return err
	}
	for _, text := range subjects {
		if !isObject(text) {
			continue
		}
		members, err := membersOf(text, len(text))
		if err != nil {
			return err
		}
		if types, _ := stringsOf(members.value("type")); slices.Contains(types, listSubject) {
			return no
		}
	}
	return nil
}

// statusAsked refuses entries that cannot be made.
func statusAsked() error {
	return refused(problem{kind: malformedValue, code: proof.Status, key: "vcapi.status.asked", at: "/credentialStatus"})
}

// identify gives the credential an id where it has none: without one its status
// could not be changed.
func (e *edit) identify() string {
	if id, ok := e.document.text("id"); ok {
		return id
	}
	id := "urn:uuid:" + uuid.NewString()
	e.document, e.changed = e.document.with("id", quote(id)), true
	e.note("vcapi.note.id", "/id")
	return id
}

// keep judges entries that stay: they must be as the standard has them, and an
// entry of this instance must be the credential's own.
func (b *board) keep(id string, w wish) error {
	for _, text := range w.kept {
		refs, err := status.ParseEntries(text)
		if err != nil {
			return refused(statusProblem(err))
		}
		for _, r := range refs {
			if b.own(r.URL) && !b.holds(id, r.URL, r.Index) {
				return refused(problem{kind: malformedValue, code: proof.Status, key: "vcapi.status.taken", at: "/credentialStatus"})
			}
		}
	}
	return nil
}

// enter writes new entries into the credential, behind those that are there.
func (e *edit) enter(w wish, entries []status.Entry) error {
	if len(w.kept) > 0 {
		e.note("vcapi.note.status.kept", "/credentialStatus")
	}
	if len(entries) == 0 {
		return nil
	}
	all := slices.Clone(w.kept)
	for _, entry := range entries {
		text, err := entryText(entry)
		if err != nil {
			return err
		}
		all = append(all, text)
	}
	e.document, e.changed = e.document.with("credentialStatus", arrayText(all)), true
	e.note("vcapi.note.status", "/credentialStatus")
	return nil
}

// entryText writes an entry (Bitstring Status List 1.0, 2.1).
func entryText(entry status.Entry) (json.RawMessage, error) {
	type message struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	index := strconv.Itoa(entry.Index)
	w := struct {
		ID       string         `json:"id"`
		Type     string         `json:"type"`
		Purpose  status.Purpose `json:"statusPurpose"`
		Index    string         `json:"statusListIndex"`
		List     string         `json:"statusListCredential"`
		Size     int            `json:"statusSize,omitempty"`
		Messages []message      `json:"statusMessage,omitempty"`
	}{ID: entry.URL + "#" + index, Type: entryType, Purpose: entry.Purpose, Index: index, List: entry.URL}
	if entry.Purpose == status.Message {
		w.Size = entry.Size
		for value, text := range status.MessageTexts() {
			w.Messages = append(w.Messages, message{"0x" + strconv.Itoa(value), text})
		}
	}
	return json.Marshal(w)
}

// without gives the credential with the entries that stay alone: by those the
// data model judges it.
func (w wish) without(d document) []byte {
	if len(w.kept) == 0 {
		return d.without("credentialStatus").bytes()
	}
	return d.with("credentialStatus", arrayText(w.kept)).bytes()
}

// arrayText writes an array, or the one value there is in its place.
func arrayText(all []json.RawMessage) []byte {
	if len(all) == 1 {
		return all[0]
	}
	return slices.Concat([]byte("["), bytes.Join(asBytes(all), []byte(",")), []byte("]"))
}

// grant writes into a credential the status entries that are wished for. It gives
// the id of the credential and the entries, which are to be recorded once the
// credential is signed.
func (b *board) grant(e *edit, w wish) (string, []status.Entry, error) {
	if first, _ := contextOf(e.document.bytes()); first != contexts.CredentialsV2 {
		return "", nil, refused(problem{kind: malformedValue, code: proof.Context, key: "vcapi.status.edition", at: "/@context"})
	}
	id := e.identify()
	if err := b.keep(id, w); err != nil {
		return "", nil, err
	}
	entries, err := b.allot(w.purposes)
	if err != nil {
		return "", nil, err
	}
	return id, entries, e.enter(w, entries)
}
