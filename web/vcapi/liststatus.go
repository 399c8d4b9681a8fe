package vcapi

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/status"
)

var errList = fault.New(fault.NotFound, "vcapi.refused.list", nil)

// list serves a status list as it is now: JSON with a Data Integrity proof, or a
// token for those who ask for that first.
func (s *server) list(w http.ResponseWriter, r *http.Request, in *instance) error {
	if in.board == nil {
		return errUnknown
	}
	l := in.board.byID(chi.URLParam(r, "id"))
	if l == nil {
		return errList
	}
	signed, err := s.published(r, in.board, l)
	if err != nil {
		return err
	}
	mediaType := listType(r.Header.Values("Accept"))
	data := signed.DI
	if mediaType == status.TypeVCJWT {
		data = signed.JWT
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache") // it may be kept, but must be asked for again: a change shows at once
	h.Set("ETag", status.ETag(data))
	h.Add("Vary", "Accept")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Content-Type", mediaType)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	return nil
}

// published gives a list as it is now, signed in its turn where that is needed.
// That there was no time for it says nothing about the request.
func (s *server) published(r *http.Request, b *board, l *list) (status.Signed, error) {
	made := make(chan status.Signed, 1) // work that overruns must not write into what was answered
	err := s.turn(r, func(ctx context.Context) error {
		signed, err := b.publish(ctx, l)
		made <- signed
		return err
	})
	switch {
	case err != nil && stopped(err):
		return status.Signed{}, errBusy
	case err != nil:
		return status.Signed{}, err
	}
	return <-made, nil
}

// listTypes are the media types that a list is served as. The first one serves
// whoever does not care.
var listTypes = [...]string{"application/json", "application/ld+json", status.TypeVC, status.TypeVCJWT}

// listType picks the one that a client likes best (RFC 9110, 12.5.1).
func listType(accept []string) string {
	best, most := listTypes[0], 0.0
	for _, t := range listTypes {
		q, exact := 0.0, -1
		for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
			name, params, _ := strings.Cut(part, ";")
			closeness := strings.Index(" */* application/* "+t+" ", " "+strings.ToLower(strings.TrimSpace(name))+" ")
			if closeness > exact {
				q, exact = quality(params), closeness
			}
		}
		if q > most {
			best, most = t, q
		}
	}
	return best
}

func quality(params string) float64 {
	for p := range strings.SplitSeq(params, ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || q < 0 || q > 1 {
				return 0
			}
			return q
		}
	}
	return 1
}

// A change is what a caller asks to be set.
type change struct {
	credential string
	purpose    status.Purpose
	list       string // the address, or empty
	index      string // in it, or empty
	to         status.State
}

// picks tells whether an entry is one that is meant.
func (c change) picks(e status.Entry) bool {
	return e.Purpose == c.purpose && (c.list == "" || c.list == e.URL) && (c.index == "" || c.index == strconv.Itoa(e.Index))
}

// A changed is what setStatus answers.
type changed struct {
	Purpose status.Purpose `json:"statusPurpose"`
	Status  string         `json:"status"`  // the value of the entries, as statusMessage writes it
	Entries int            `json:"entries"` // how many have it now
	Lists   []string       `json:"statusListCredentials"`
}

// setStatus sets or clears the status of a credential that the instance issued,
// and signs the lists anew.
func (s *server) setStatus(w http.ResponseWriter, r *http.Request, in *instance) error {
	if in.board == nil {
		return errUnknown
	}
	data, err := s.read(w, r)
	if err != nil {
		return err
	}
	c, err := parseChange(data)
	if err != nil {
		return err
	}
	lists, n, err := in.board.change(c.credential, c.picks, c.to)
	if err != nil {
		return err
	}
	out := changed{Purpose: c.purpose, Status: "0x" + strconv.Itoa(int(slots[c.purpose].Says(c.to))), Entries: n, Lists: []string{}}
	for _, l := range lists {
		if _, err := s.published(r, in.board, l); err != nil {
			return err // it is set all the same, and published with the next request
		}
		out.Lists = append(out.Lists, l.url)
	}
	s.write(w, r, http.StatusOK, "application/json", out)
	return nil
}

// parseChange reads {credentialId, credentialStatus: {type, statusPurpose}, status}.
// Other members of the VC API's draft are passed over.
func parseChange(data []byte) (change, error) {
	var c change
	members, err := strictjson.Members(data)
	if err != nil {
		return c, unreadable(err)
	}
	var value []byte
	for _, m := range members {
		ok := true
		switch m.Name {
		case "credentialId":
			c.credential, ok = filled(m.Value)
		case "credentialStatus":
			err = c.entry(m.Value)
		case "status":
			value = m.Value
		default: // such as indexAllocator, which nothing here depends on
		}
		if !ok || err != nil {
			return c, changeProblem(m.Name)
		}
	}
	if c.credential == "" {
		return c, changeProblem("credentialId")
	}
	if c.purpose == "" {
		return c, changeProblem("credentialStatus")
	}
	if !c.value(value) {
		return c, changeProblem("status")
	}
	return c, nil
}

func changeProblem(name string) error {
	return refused(problem{kind: malformedValue, code: proof.Malformed, key: "vcapi.options.value", args: map[string]any{"Name": name}, at: "/" + name})
}

// entry reads which entry is meant. The whole entry of the credential will do.
func (c *change) entry(text []byte) error {
	if !isObject(text) {
		return changeProblem("credentialStatus")
	}
	members, err := membersOf(text, len(text))
	if err != nil {
		return err
	}
	named := false
	for _, m := range members {
		ok := true
		switch m.Name {
		case "type":
			var t string
			t, ok = stringOf(m.Value)
			named = t == entryType
		case "statusPurpose":
			var p string
			if p, ok = stringOf(m.Value); ok {
				_, ok = slots[status.Purpose(p)]
			}
			c.purpose = status.Purpose(p)
		case "statusListCredential":
			c.list, ok = filled(m.Value)
		case "statusListIndex":
			c.index, ok = filled(m.Value)
		default: // such as statusSize, which follows from the others
		}
		if !ok {
			return changeProblem("credentialStatus")
		}
	}
	if !named {
		return changeProblem("credentialStatus")
	}
	return nil
}

// value reads what is to be set: true, which is the default, or false; of an
// entry of purpose message also one of its values.
func (c *change) value(text []byte) bool {
	on := status.Revoked
	if c.purpose == status.Suspension {
		on = status.Suspended
	}
	switch string(text) {
	case "", "true":
		c.to = on
		return true
	case "false":
		c.to = status.Valid
		return true
	}
	s, ok := stringOf(text)
	if !ok || c.purpose != status.Message {
		return false
	}
	for _, state := range []status.State{status.Valid, status.Revoked, status.Suspended} {
		if s == "0x"+strconv.Itoa(int(state)) {
			c.to = state
			return true
		}
	}
	return false
}
