package portfolio

import "slices"

// A Kind is the form that an item of evidence has. Only the defined forms are
// accepted (R21).
type Kind string

// The kinds.
const (
	Artefact       Kind = "artefact"        // a product that the candidate made (R22 to R25)
	Images         Kind = "images"          // labelled images of an activity (R27, R28)
	Video          Kind = "video"           // with a narrative or a written protocol (R27, R28)
	Statement      Kind = "statement"       // detailed statement of a witness (R27, R29 to R32)
	Logbook        Kind = "logbook"         // logbook or learner assessment (R27)
	Peer           Kind = "peer"            // report of peers who watched (R27, R29)
	Contract       Kind = "contract"        // contract or worksheet (R33)
	SelfEvaluation Kind = "self-evaluation" // (R41)
	CV             Kind = "cv"              // (R40)
)

// Kinds are all kinds, in the order in which they are shown.
func Kinds() []Kind {
	return []Kind{Artefact, Images, Video, Statement, Logbook, Peer, Contract, SelfEvaluation, CV}
}

// Known tells whether k is one of the defined forms.
func (k Kind) Known() bool { return slices.Contains(Kinds(), k) }

// NeedsTask tells whether the details of the task belong to the kind (R23).
func (k Kind) NeedsTask() bool { return k == Artefact }

// NeedsOwn tells whether the candidate must declare that the work is their own
// (R24).
func (k Kind) NeedsOwn() bool { return k == Artefact }

// NeedsPeople tells whether the kind must say who is where in it (R28).
func (k Kind) NeedsPeople() bool { return k == Images || k == Video }
