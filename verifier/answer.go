package verifier

import (
	"slices"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
)

// An Answer is a Report in one language, ready to be written as JSON or shown
// on a page. It is what the command, the page and the API have in common.
type Answer struct {
	Verdict    string            `json:"verdict"`
	Code       proof.Code        `json:"code,omitempty"`
	Form       string            `json:"form,omitempty"`
	Ribbon     string            `json:"ribbon"`
	Summary    string            `json:"summary"`
	Checks     []CheckAnswer     `json:"checks"`
	Findings   []FindingAnswer   `json:"findings,omitempty"`
	Issuer     *IssuerAnswer     `json:"issuer,omitempty"`
	Credential *CredentialAnswer `json:"credential,omitempty"`
	Timestamps []TimestampAnswer `json:"timestamps,omitempty"`
	VerifiedAt string            `json:"verifiedAt"`
}

// A CheckAnswer is one check.
type CheckAnswer struct {
	ID      CheckID    `json:"id"`
	Result  string     `json:"result"`
	Code    proof.Code `json:"code,omitempty"`
	Message string     `json:"message"`
	EDC     EDC        `json:"edc"`
}

// A FindingAnswer is one broken rule of the data model.
type FindingAnswer struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// EDC says a check in the vocabulary of European Digital Credentials.
type EDC struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

// An IssuerAnswer is the issuer named in the credential.
type IssuerAnswer struct {
	Name          string  `json:"name"`
	ID            string  `json:"id"`
	Identifier    string  `json:"identifier,omitempty"`
	Country       string  `json:"country,omitempty"`
	Trusted       bool    `json:"trusted"`
	Accreditation *string `json:"accreditation"`
}

// A TimestampAnswer is one time-stamp and what it proves.
type TimestampAnswer struct {
	Kind      TimestampKind `json:"kind"`
	Time      *string       `json:"time"`
	Authority string        `json:"authority,omitempty"`
	Intact    bool          `json:"intact"`
	Trusted   bool          `json:"trusted"`
	Message   string        `json:"message"`
}

// Answer writes the Report in the language of loc. Texts of the credential are
// given in that language where it has them, else in English or another.
func (r Report) Answer(loc i18n.Localizer) Answer {
	a := Answer{
		Verdict:    r.Verdict().String(),
		Code:       r.Code(),
		Form:       string(r.Form),
		Ribbon:     loc.T(r.Verdict().ribbon()),
		Summary:    r.summarize(loc),
		Checks:     make([]CheckAnswer, len(r.Checks)),
		Credential: credentialAnswer(r.Claims, loc),
		VerifiedAt: instant(r.VerifiedAt),
	}
	if a.Credential != nil { // what the reader should know about these claims
		if r.Unmodelled {
			a.Credential.Notes = append(a.Credential.Notes, loc.T("verify.credential.unmodelled"))
		}
		switch {
		case r.Selection && r.Form == credential.SDJWT: // what is left out cannot be told from decoys
			a.Credential.Notes = append(a.Credential.Notes, loc.T("verify.credential.selection.possible"))
		case r.Selection:
			a.Credential.Notes = append(a.Credential.Notes, loc.T("verify.credential.selection"))
		}
		if who := a.Credential.Subject; r.Selection && !r.Unmodelled && who.Name == "" && who.ID == "" {
			a.Credential.Notes = append(a.Credential.Notes, loc.T("verify.credential.nobody"))
		}
	}
	for i, c := range r.Checks {
		a.Checks[i] = CheckAnswer{
			ID:      c.ID,
			Result:  c.Result.String(),
			Code:    c.Code,
			Message: c.say(loc),
			EDC:     EDC{Type: c.ID.edcType(), Status: c.Result.edcStatus()},
		}
	}
	if is := r.Issuer; is != nil {
		a.Issuer = &IssuerAnswer{
			Name:          is.told(loc),
			ID:            clean(is.ID),
			Identifier:    clean(is.Identifier),
			Country:       clean(is.Country),
			Trusted:       is.Trusted,
			Accreditation: optional(clean(is.Accreditation)),
		}
	}
	for _, f := range r.Findings {
		a.Findings = append(a.Findings, FindingAnswer{Path: clean(f.Path), Message: clean(f.Message(loc))})
	}
	for _, ts := range r.Timestamps {
		a.Timestamps = append(a.Timestamps, TimestampAnswer{
			Kind:      ts.Kind,
			Time:      optionalInstant(ts.Time),
			Authority: clean(ts.Authority),
			Intact:    ts.Intact,
			Trusted:   ts.Trusted,
			Message:   loc.T(ts.Key),
		})
	}
	return a
}

// told gives the name of an issuer. One that only the issuer itself gives, and
// that nobody vouches for, is never told as a fact: anybody can take any name.
func (is Issuer) told(loc i18n.Localizer) string {
	name := clean(is.Name)
	if !is.Claimed {
		return name
	}
	if s := clean(is.Names.In(loc.Lang())); s != "" {
		name = s
	}
	if name == "" || is.Trusted {
		return name
	}
	return loc.T("verify.issuer.claimed", "Name", name)
}

// summarize says the verdict in a sentence or two.
func (r Report) summarize(loc i18n.Localizer) string {
	key := r.summary()
	if key != "verify.summary.valid.snapshot" {
		return loc.T(key)
	}
	status, _ := r.Check(Status)
	text := say(loc, key, status.Args)
	if r.Selection {
		text += " " + loc.T("verify.summary.selection")
	}
	return text
}

// say says what the check found.
func (c Check) say(loc i18n.Localizer) string {
	text := say(loc, c.Key, c.Args)
	if c.Note != "" {
		text += " " + loc.T(c.Note)
	}
	return text
}

// say writes a message. Times among the arguments become days in the reader's
// language, and texts are made fit to be shown.
func say(loc i18n.Localizer, key string, args map[string]any) string {
	shown := make(map[string]any, len(args))
	for name, arg := range args {
		switch a := arg.(type) {
		case time.Time:
			arg = loc.Date(a)
		case string:
			arg = clean(a)
		}
		shown[name] = arg
	}
	return loc.TMap(key, shown)
}

// Failed lists the checks that did not pass, those that failed first.
func (a Answer) Failed() []CheckAnswer {
	var out []CheckAnswer
	for _, result := range [...]Result{Failed, NotDone} {
		for _, c := range a.Checks {
			if c.Result == result.String() {
				out = append(out, c)
			}
		}
	}
	return slices.Clip(out)
}

// instant writes a time as answers do: RFC 3339, UTC, seconds.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func optionalInstant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return optional(instant(t))
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
