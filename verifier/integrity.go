package verifier

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// An inside is a credential with its proof inside (VC Data Integrity).
type inside struct {
	w3c
	raw    []byte // with its proof, as it was sent
	proofs *integrity.Verified
}

// holds verifies the proof: first what the words mean, then that nothing is
// without meaning, then the proof itself and whose key it is. What is read
// afterwards is what was hashed.
func (p *inside) holds(ctx context.Context) bool {
	if !p.agreed(kindOf) {
		return false
	}
	if p.overText() {
		text, err := without(p.raw, "proof")
		if err != nil {
			return p.refuseJSON(err)
		}
		if !p.meaningful(ctx, text) {
			return false
		}
	}
	engine := integrity.New(integrity.Config{
		Canon: processor(), Resolver: resolve{p.run}, Now: func() time.Time { return p.now },
	})
	v, err := engine.Verify(ctx, p.raw, integrity.VerifyOptions{At: p.at})
	switch {
	case errors.Is(err, integrity.ErrUnresolved):
		return p.unresolved()
	case err != nil:
		return p.refuseProof(err)
	}
	list, err := strictjson.Members(v.Unsecured)
	if err != nil {
		return p.refuseJSON(err)
	}
	p.proofs, p.derived, p.report.Selection = v, v.Derived, v.Derived
	p.read(v.Unsecured, list)
	if !p.agreedOn(p.document.root, kindOf) { // that of the proofs may be a part of what was sent
		return false
	}
	for _, pr := range v.Proofs {
		if pr.Created.After(p.claimed) {
			p.claimed = pr.Created
		}
	}
	return p.attributed()
}

// overText tells whether a proof covers the text of the document (the JCS
// suites) and not what it means.
func (p *inside) overText() bool {
	raw := p.root["proof"]
	if len(raw) > 0 && raw[0] == '{' {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return false
	}
	return slices.ContainsFunc(list, func(p json.RawMessage) bool {
		m, err := strictjson.Members(p)
		if err != nil {
			return false
		}
		var suite string
		return json.Unmarshal(object(m)["cryptosuite"], &suite) == nil && strings.Contains(suite, "-jcs-")
	})
}

// attributed asks what the trust set knows of the issuer by its key, once the
// proofs hold and the keys are those of the DID.
func (p *inside) attributed() bool {
	if !p.named() {
		return false
	}
	if len(p.proofs.Proofs) == 0 {
		return p.fail(Seal, proof.Proof, "verify.seal.none", nil)
	}
	// Every proof must stand: an issuer with several keys is known by all that
	// it used.
	p.answered = true
	late := false
	for _, pr := range p.proofs.Proofs {
		switch p.footing(pr.Key, pr.VerificationMethod, pr.Created) {
		case refused:
			return false
		case unknown:
			p.answered = false
		case over:
			late = true
		case firm:
		}
	}
	switch {
	case late:
		p.notDone(Seal, proof.Key, "verify.seal.time.claimed")
		return true
	case p.derived:
		return p.pass(Seal, "verify.seal.derived")
	}
	return p.pass(Seal, "verify.seal.pass")
}

// owner holds the issuer named inside against what certificates say of its key.
func (p *inside) owner() bool { return p.ofKey() }

func (p *inside) prover() prover {
	out := prover{did: p.issuer.DID, certificates: p.owners}
	for _, pr := range p.proofs.Proofs {
		out.keys = append(out.keys, pr.Key)
	}
	return out
}
