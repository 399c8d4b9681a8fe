package verifier

import (
	"slices"

	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/proof"
)

// schema holds the claims against the rules of the W3C data model and of their
// own, and reads them.
func (w *w3c) schema() {
	model := w.kind.model
	var findings []elm.Finding
	for _, f := range vcdm.CheckCredential(w.document.raw, vcdm.Options{}) {
		findings = append(findings, f.Finding)
	}
	switch {
	case w.derived:
		// What the holder left out may break any rule about what must be there.
	case model == elmModel:
		findings = append(findings, elm.Check(w.document.raw, elm.Options{Model20: true})...)
	case model == badgeModel:
		findings = append(findings, openbadge.Check(w.document.raw)...)
	}
	w.checked(model, w.document, findings, func(c *elm.Credential) bool {
		// Under the VC Data Model 2.0 a credential need not name a profile.
		return w.derived || len(c.CredentialSchema) == 0 || profiled(c.CredentialSchema)
	})
	if c := w.found[Schema]; w.derived && c.Result == Passed {
		w.pass(Schema, "verify.schema.selection")
	}
}

// checked records the findings and reads the claims. known says whether the
// rules that claims of the European Learning Model name could all be asked.
func (r *run) checked(model model, d *document, findings []elm.Finding, known func(*elm.Credential) bool) {
	r.report.Findings = findings[:min(len(findings), MaxFindings)]
	claims, err := r.claims(model, d)
	if err == nil {
		r.report.Claims = claims
	}
	words := model.wording()
	switch {
	case len(findings) > 0:
		r.fail(Schema, proof.Schema, words.fail, map[string]any{"Count": len(findings)})
	case err != nil:
		r.fail(Schema, proof.Schema, words.unreadable, nil)
	case model == elmModel && !known(claims):
		// The generic rules hold; those of the profile that it names, nobody looked at.
		r.notDone(Schema, proof.Schema, "verify.schema.profile")
	default:
		r.pass(Schema, words.pass)
	}
}

// profiled tells whether one of the profiles that a credential names is known
// here.
func profiled(named elm.Many[elm.CredentialSchema]) bool {
	return slices.ContainsFunc(named, func(c elm.CredentialSchema) bool { return elm.KnowsProfile(c.ID) })
}
