package verifier

import (
	"fmt"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/proof"
)

// A CheckID names one of the checks. The set is closed and stable.
type CheckID string

// The checks, in the order in which a Report lists them.
const (
	Format        CheckID = "format"        // the bytes are a file of a known form, with pinned contexts
	Seal          CheckID = "seal"          // the bytes are those that were sealed, and the key may seal
	Owner         CheckID = "owner"         // the issuer named inside is the owner of the key
	Validity      CheckID = "validity"      // the dates
	Status        CheckID = "status"        // not revoked and not suspended
	Accreditation CheckID = "accreditation" // the trust set vouches for the issuer
	Schema        CheckID = "schema"        // the claims follow the rules of the data model
	Evidence      CheckID = "evidence"      // the evidence is the one that was assessed
)

// A Result is how a check ended. The zero Result is NotDone: a check passes
// only where somebody said so.
type Result int

// The results.
const (
	NotDone Result = iota
	Passed
	Failed
)

// String gives the result as answers write it.
func (r Result) String() string {
	switch r {
	case Passed:
		return "pass"
	case Failed:
		return "fail"
	default:
		return "not-done"
	}
}

// A Check is one thing that was looked at, or that could not be. Code says why
// it failed or was not done; it is empty for a check that passed and for one
// that was not reached because an earlier one failed. Key and Args are the
// message of i18n that says it in plain words.
type Check struct {
	ID     CheckID
	Result Result
	Code   proof.Code
	Key    string
	Args   map[string]any // a time.Time among them is shown as a day
	Note   string         // key of what else is to be said; empty if nothing
}

// A Verdict is what the checks come to. The zero Verdict is Undetermined.
type Verdict int

// The verdicts. Nothing but Valid may look like a success.
const (
	Undetermined Verdict = iota
	Valid
	Invalid
)

// String gives the verdict as answers write it.
func (v Verdict) String() string {
	switch v {
	case Valid:
		return "valid"
	case Invalid:
		return "invalid"
	default:
		return "undetermined"
	}
}

// A Report is what a verifier found. It lists every check that applies, passed
// or not; a check that does not apply is left out.
type Report struct {
	// Form is the form of the file; empty where it is none that is known.
	Form credential.Form

	// Checks are in the order of the constants above.
	Checks []Check

	// Claims are read from the bytes whose seal was verified and from nowhere
	// else; those of an Open Badge are put into the words of the European
	// Learning Model. They are nil where the seal does not hold or the file
	// could not be read.
	Claims *elm.Credential

	// Unmodelled tells that the file holds claims of a kind that nobody here
	// models: Claims then has no more than what the credential is called.
	Unmodelled bool

	// Selection tells that the holder left out some of what was sealed.
	Selection bool

	// Findings are the rules of the data model that the claims break, at most
	// MaxFindings of them.
	Findings []elm.Finding

	// Issuer is who sealed the file; nil where Claims is.
	Issuer *Issuer

	// Timestamps are those that the seal carries, each with what it proves;
	// none where the seal does not hold.
	Timestamps []Timestamp

	// SigningTime is the moment at which the certificate was judged.
	SigningTime time.Time

	// VerifiedAt is when the checks were done.
	VerifiedAt time.Time
}

// MaxFindings is how many broken rules a Report lists.
const MaxFindings = 20

// An Issuer is who sealed a file, as a certificate for its key says it: of the
// names that a credential gives its issuer in several languages only one need
// be the certificate's, and only that one is proven. Where there is no such
// certificate, the key is that of the ID, and the name is a claim.
type Issuer struct {
	Name string // organisation
	ID   string // what the credential calls the issuer; empty unless it is the owner of the key

	// Claimed tells that the name is what the credential says of its issuer,
	// and nobody else. Names has it in all languages.
	Claimed bool
	Names   elm.Text

	Identifier string // registration, such as VATES-A00000000
	Country    string // alpha-2
	Trial      bool   // the certificate says that it is for trying things out

	// Trusted tells that the issuer owns the key and that the trust set
	// vouches for it.
	Trusted bool

	// Accreditation names the accreditation that was checked; empty while
	// the trust set holds no authority.
	Accreditation string
}

// A TimestampKind is what a time-stamp was made over.
type TimestampKind string

// The kinds of ETSI TS 119 182-1.
const (
	ContentTimestamp   TimestampKind = "content"   // over the payload, before it was sealed
	SignatureTimestamp TimestampKind = "signature" // over the signature: the seal existed then
	ArchiveTimestamp   TimestampKind = "archive"   // over seal and proofs: reported, not relied on
)

// A Timestamp is a statement of a time-stamp authority in a seal. Key is the
// message that says what it proves and no more.
type Timestamp struct {
	Kind      TimestampKind
	Time      time.Time // zero where the time-stamp cannot be read
	Authority string    // the name in the authority's certificate
	Intact    bool      // well signed, and over these bytes
	Trusted   bool      // intact, and the trust set vouches for the authority
	Key       string
}

// Verdict is what the checks come to: Invalid if one failed; else Undetermined
// if one was not done, or if there is none; else Valid.
func (r Report) Verdict() Verdict {
	v := Valid
	if len(r.Checks) == 0 {
		v = Undetermined
	}
	for _, c := range r.Checks {
		switch c.Result {
		case Passed:
		case Failed:
			return Invalid
		default:
			v = Undetermined
		}
	}
	return v
}

// Valid tells whether every check that applies passed.
func (r Report) Valid() bool { return r.Verdict() == Valid }

// Code names the first check that failed, else the first that could not be
// done; it is empty for a valid Report.
func (r Report) Code() proof.Code {
	for _, wanted := range [...]Result{Failed, NotDone} {
		for _, c := range r.Checks {
			if c.Result == wanted && c.Code != "" {
				return c.Code
			}
		}
	}
	return ""
}

// Check gives the check of an id, and whether it is listed.
func (r Report) Check(id CheckID) (Check, bool) {
	for _, c := range r.Checks {
		if c.ID == id {
			return c, true
		}
	}
	return Check{}, false
}

// summary is the key of the message that says the verdict in a sentence or two.
func (r Report) summary() string {
	switch v := r.Verdict(); v {
	case Valid:
		if status, _ := r.Check(Status); status.Key == "verify.status.snapshot" {
			return "verify.summary.valid.snapshot"
		}
		if r.Selection {
			return "verify.summary.valid.selection"
		}
		return "verify.summary.valid"
	default:
		code := r.Code()
		if code == "" {
			return "verify.summary." + v.String()
		}
		key := fmt.Sprintf("verify.summary.%s.%s", v, code)
		seal, _ := r.Check(Seal)
		status, _ := r.Check(Status)
		switch vouched, _ := r.Check(Accreditation); {
		case v == Undetermined && seal.Key == "verify.seal.unresolved":
			key += ".unresolved" // here it is not the certificate that is out of its time
		case v == Invalid && code == proof.Proof && r.Form == credential.SDJWT:
			key += ".parts"
		case v == Undetermined && code == proof.Status && vouched.Code == proof.Trust:
			return "verify.summary.undetermined.trust" // nobody should be told less of an issuer because it names a list
		case v == Invalid && status.Key == "verify.status.suspended" && code == proof.Status:
			key += ".suspended"
		case v == Invalid && (status.Key == "verify.status.index" || status.Key == "verify.status.malformed") && code == proof.Status:
			key += ".entry"
		}
		return key
	}
}

// The European Digital Credentials infrastructure has a vocabulary of its own
// for checks and their status; its viewer shows them as a list.
const (
	edcCheck  = "http://data.europa.eu/snb/verification/"
	edcStatus = "http://data.europa.eu/snb/verification-status/"
)

// edcType is the check concept of list verification/25831c2 that stands for a
// check of ours. The data model is part of EDC's format check.
func (id CheckID) edcType() string {
	switch id {
	case Format, Schema:
		return edcCheck + "2f5b89b96f"
	case Seal:
		return edcCheck + "f9c2016fe9"
	case Owner:
		return edcCheck + "1faf8d450f"
	case Status:
		return edcCheck + "271aef9eb4"
	case Accreditation:
		return edcCheck + "e2bbc86a28"
	case Validity:
		return edcCheck + "94d828f160"
	default: // rules of a certification scheme
		return edcCheck + "c_50990fe3"
	}
}

// edcStatus is the status concept of list verification-status/25831c2: OK,
// Error or Skipped.
func (r Result) edcStatus() string {
	switch r {
	case Passed:
		return edcStatus + "9895008394"
	case Failed:
		return edcStatus + "9d26eb9a37"
	default:
		return edcStatus + "641f0c5e5d"
	}
}

// ribbon is the key of the label that EDC's viewer puts over its list. Unlike
// there, status and accreditation decide as the other checks do.
func (v Verdict) ribbon() string { return "verify.ribbon." + v.String() }
