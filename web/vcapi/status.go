package vcapi

import (
	"context"
	"errors"
	"slices"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/status"
)

// foreignLists looks up the status lists of others.
func foreignLists(cfg Config) *status.Lists {
	var sources []status.Source
	if cfg.Fetch != nil {
		sources = append(sources, status.HTTP{Client: cfg.Fetch})
	}
	return status.NewLists(status.ListsConfig{Sources: sources, Resolver: ownKeys{}, Now: cfg.Now})
}

// status says what became of a credential of which who has signed. It decides
// where a caller asks for it, and always at an instance with lists of its own;
// elsewhere it is a warning that it was not looked up. Where nobody has signed
// nothing is looked up.
func (s *server) status(ctx context.Context, in *instance, text []byte, who []signer, o options, at string, v *verdict) error {
	members, err := membersOf(text, s.cfg.MaxBytes)
	if err != nil || members.value("credentialStatus") == nil {
		return nil //nolint:nilerr // told before
	}
	unchecked := problem{kind: statusRetrieval, code: proof.Status, key: "vcapi.status", at: "/credentialStatus"}
	switch {
	case in.board == nil && !slices.Contains(o.checks, checkStatus):
		v.warn(at, unchecked)
		return nil
	case len(who) == 0:
		v.add(at, unchecked)
		return nil
	}
	refs, err := status.ParseEntries(members.value("credentialStatus"))
	if err != nil {
		v.add(at, statusProblem(err))
		return nil
	}
	f := s.lookUp(ctx, refs, who)
	if ctx.Err() != nil && !f.Bad() {
		return ctx.Err()
	}
	switch {
	case f.Err != nil:
		v.add(at, statusProblem(f.Err))
	case f.Bad() && f.State == status.Suspended:
		v.add(at, problem{kind: statusVerification, code: proof.Status, key: "vcapi.status.suspended", at: "/credentialStatus"})
	case !f.Valid():
		v.add(at, problem{kind: statusVerification, code: proof.Status, key: "vcapi.status.revoked", at: "/credentialStatus"})
	}
	return nil
}

// statusProblem names an error of package status as the standard does.
func statusProblem(err error) problem {
	p := problem{kind: statusRetrieval, code: proof.Status, key: "status.retrieval", at: "/credentialStatus", err: err}
	e, ok := errors.AsType[*status.Error](err)
	if !ok {
		return p
	}
	p.key, p.args = e.Refusal.Key, e.Refusal.Args
	switch e.Problem {
	case status.Verification:
		p.kind = statusVerification
	case status.Length:
		p.kind = statusLength
	case status.Range:
		p.kind = outOfRange
	case status.Malformed:
		p.kind = malformedValue
	}
	return p
}

// listProblems tells what is wrong with the form of a credential that is a status
// list itself.
func listProblems(doc []byte) []problem {
	err := status.CheckForm(doc)
	if err == nil {
		return nil
	}
	p := statusProblem(err)
	if p.at = "/credentialSubject"; p.kind != statusLength {
		p.kind = malformedValue
	}
	return []problem{p}
}

// lookUp gives the worst of what lists say of a credential. Lists of this server
// are read as they are now, those of others as far as they may be fetched.
func (s *server) lookUp(ctx context.Context, refs []status.Reference, who []signer) status.Finding {
	believe := func(_ context.Context, l *status.List) error { return speaksFor(l.Signer, who) }
	var findings []status.Finding
	var foreign []status.Reference
	for _, r := range refs {
		b := s.boardOf(r.URL)
		if b == nil || !r.Known {
			foreign = append(foreign, r)
			continue
		}
		f := status.Finding{Reference: r}
		l, err := s.ownList(ctx, b, r.URL)
		if err == nil {
			err = believe(ctx, l)
		}
		if err == nil {
			f.State, err = r.Judge(l)
		}
		if err == nil {
			f.List = l
		} else if f.Err, _ = errors.AsType[*status.Error](err); f.Err == nil {
			f.Err = status.ErrUnknown()
		}
		findings = append(findings, f)
	}
	if len(foreign) > 0 {
		findings = append(findings, s.foreign.Check(ctx, foreign, believe))
	}
	return status.Worst(findings)
}

// errSigner is a list of somebody else than the issuer.
var errSigner = &status.Error{
	Problem: status.Verification,
	Refusal: proof.Refuse(proof.Status, "status.list.signer", errors.New("the list is signed by somebody else")),
}

// speaksFor tells whether who signed a list may speak for a credential: it was
// signed by the same DID, or with the same key.
func speaksFor(by status.SignerOf, who []signer) error {
	for _, w := range who {
		if by.DID != "" && by.DID == w.did || keys.Same(w.key, by.Key) {
			return nil
		}
	}
	return errSigner
}

// boardOf gives the board that an address is of, or nil.
func (s *server) boardOf(address string) *board {
	for _, in := range s.instances {
		if in.board != nil && in.board.own(address) {
			return in.board
		}
	}
	return nil
}

// ownList opens a list of this server as a verifier elsewhere would.
func (s *server) ownList(ctx context.Context, b *board, address string) (*status.List, error) {
	l := b.find(address)
	if l == nil {
		return nil, &status.Error{
			Problem: status.Retrieval,
			Refusal: proof.Refuse(proof.Status, "status.retrieval", errors.New("no such list")),
		}
	}
	signed, err := b.publish(ctx, l)
	if err != nil {
		return nil, err
	}
	list, err := status.Open(ctx, signed.JWT, status.OpenOptions{URL: address, Resolver: ownKeys{}, Now: s.cfg.Now()})
	if err != nil {
		return nil, err
	}
	list.From = status.Fresh
	return list, nil
}
