// Package vcapi serves the routes of the W3C VC API that independent
// conformance suites call: issue, verify and derive a credential, verify a
// presentation, set the status of a credential. Credentials are secured with
// Data Integrity proofs or as JSON Web Tokens in an envelope. The routes are
// mounted once for each test instance, by configuration alone; a production
// listener does not carry them.
//
// Start with Demo, which makes instances with throw-away keys, and New, which
// gives the handler for them. docs/vc-api.md tells callers what they get.
//
// It promises that
//   - a credential or presentation that does not verify is answered 400, with
//     the reasons, whatever is in it: never 401, 403, 404 or 5xx;
//   - no answer repeats text of the request in a title or a detail;
//   - nothing is fetched but status lists, and those only with the client of the
//     configuration; an answer takes no longer than the configured time, with no
//     work left behind it;
//   - what is issued keeps its text: beside the proof, only the issuer is set, VC
//     Data Model 1.1 gets the context of the proof where it has none, and an
//     instance with status lists adds entries, and an id where there is none. All
//     of it is told in warnings;
//   - nothing is kept but which entries of its status lists are taken, in memory.
package vcapi

import (
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/internal/room"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// Config says what is served. Instances must be given.
type Config struct {
	Instances []Instance
	Now       func() time.Time  // nil: time.Now
	Log       *slog.Logger      // nil: slog.Default()
	MaxBytes  int               // largest request body; 0: 2 MB
	Contexts  map[string][]byte // context documents by URL, beside those that are pinned
	AtOnce    int               // requests that are worked on at the same time; 0: one for each processor
	Within    time.Duration     // time for one request; 0: 1.8 s. Waiting for its turn may take half of it

	// PublicURL is the origin under which the handler is reached, such as
	// https://vc.example. Instances with Status need it: it stands in the
	// credentials that they issue.
	PublicURL string

	// Fetch goes for the status lists of others. Where it is nil they cannot be
	// had, and a credential whose status is to be checked on one is not verified.
	Fetch *fetch.Client
}

// An Instance is one issuer and verifier with a name of its own. As a verifier
// every instance takes every suite and every kind of key.
type Instance struct {
	Name  string                // a part of the path: two to forty of a to z, 0 to 9 and -
	Key   crypto.Signer         // Ed25519, P-256 or P-384; its did:key is the issuer
	Suite integrity.Cryptosuite // what it issues with; it must fit the key. Empty with Token

	// Token makes it issue JSON Web Tokens of type vc+jwt, in an envelope, in
	// place of proofs (Securing Verifiable Credentials using JOSE and COSE, 3.1.1).
	Token bool

	// Status makes it add a status entry to whatever it issues, publish the lists,
	// take changes to them, and check the status of what it verifies, asked or not.
	Status bool

	// Binding says what becomes of a proof whose key does not belong to the
	// issuer named inside. The zero value refuses it.
	Binding integrity.Binding

	// Enveloped says what becomes of tokens in a form that is outdated. The zero
	// value refuses them.
	Enveloped Enveloped
}

// Enveloped says what becomes of a document in an envelope whose token is not
// as Securing Verifiable Credentials using JOSE and COSE has it, but as VC Data
// Model 1.1, 6.3.1 had it: the document is the value of a claim vc or vp. The
// data model's suite has such tokens, and one of them, which it wants accepted,
// names no key by which it could be checked.
type Enveloped int

// EnvelopedRefused takes none. EnvelopedOutdated takes those whose signature
// holds. EnvelopedReported takes inside a presentation, beside, a credential that
// names no key, if all else holds, and says in the results and in a warning that
// it was not checked; EnvelopedAlone also takes one that comes alone, but even
// then never says that it is verified. A token that names a key, or whose issuer
// is a DID, is never taken without its signature.
const (
	EnvelopedRefused Enveloped = iota
	EnvelopedOutdated
	EnvelopedReported
	EnvelopedAlone
)

// The limits of one request.
const (
	workTime = 1800 * time.Millisecond // every answer within 2 s
	maxHeld  = 24 << 20                // bytes of bodies held in memory at the same time
)

// An instance is an Instance ready to work.
type instance struct {
	Instance
	did, method string
	board       *board // its status lists; nil without Status
}

// A server holds the instances and what they share.
type server struct {
	cfg       Config
	instances map[string]*instance
	canon     *canon.Processor
	engine    *integrity.Engine
	foreign   *status.Lists // of others
	turns     *page.Turns
	held      *room.Room
}

var goodName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,39}$`)

// New makes the handler for what stands below /vc-api/.
func New(cfg Config) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, fmt.Errorf("making the VC API: %w", err)
	}
	return s.routes(), nil
}

func newServer(cfg Config) (*server, error) {
	if len(cfg.Instances) == 0 {
		return nil, errors.New("no instances given")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = strictjson.DefaultMaxBytes
	}
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = runtime.GOMAXPROCS(0)
	}
	if cfg.Within <= 0 {
		cfg.Within = workTime
	}
	known, err := testContexts(cfg.Contexts)
	if err != nil {
		return nil, err
	}
	processor := canon.New(canon.Config{Contexts: known, Limits: canon.Limits{MaxBytes: cfg.MaxBytes}})
	s := &server{
		cfg: cfg, instances: make(map[string]*instance, len(cfg.Instances)),
		canon:   processor,
		engine:  integrity.New(integrity.Config{Canon: processor, Resolver: ownKeys{}, Now: cfg.Now}),
		foreign: foreignLists(cfg),
		turns:   page.NewTurns(cfg.AtOnce, cfg.Within), held: room.New(maxHeld),
	}
	for _, in := range cfg.Instances {
		ready, err := in.ready(cfg)
		if err != nil {
			return nil, fmt.Errorf("instance %q: %w", in.Name, err)
		}
		if _, twice := s.instances[in.Name]; twice {
			return nil, fmt.Errorf("instance %q: the name is given twice", in.Name)
		}
		s.instances[in.Name] = ready
	}
	return s, nil
}

// ID is the identifier under which the instance issues: the did:key of its key.
func (in Instance) ID() (string, error) {
	if in.Key == nil {
		return "", errors.New("no key given")
	}
	return keys.DIDKey(in.Key.Public())
}

func (in Instance) ready(cfg Config) (*instance, error) {
	if !goodName.MatchString(in.Name) {
		return nil, errors.New("not a name of an instance")
	}
	did, err := in.ID()
	if err != nil {
		return nil, err
	}
	multikey, err := keys.Multikey(in.Key.Public())
	if err != nil {
		return nil, err
	}
	ready := &instance{Instance: in, did: did, method: did + "#" + multikey}
	if in.Token && in.Suite != "" {
		return nil, errors.New("either a token or a suite")
	}
	if in.Status {
		ready.board, err = newBoard(cfg, ready)
	}
	return ready, err
}
