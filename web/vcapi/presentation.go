package vcapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// maxCredentials bounds the credentials of one presentation.
const maxCredentials = 32

// verifyPresentation checks a presentation and every credential in it.
func (s *server) verifyPresentation(w http.ResponseWriter, r *http.Request, in *instance) error {
	return s.verify(w, r, "verifiablePresentation", func(ctx context.Context, c call, v *verdict) error {
		if envelope(c.document, aPresentation.envelope) {
			return s.enclosedPresentation(ctx, in, c.document, c.options, v)
		}
		return s.presentation(ctx, in, c.document, c.options, v)
	})
}

// presentation checks a presentation: its own proofs, the data model, and then
// each credential by the same rules as one that comes alone.
func (s *server) presentation(ctx context.Context, in *instance, text []byte, o options, v *verdict) error {
	purpose := o.purpose
	if purpose == "" {
		purpose = integrity.Authentication
	}
	proofs, err := s.proven(ctx, text, o, integrity.VerifyOptions{
		Purpose: purpose, Binding: in.Binding, Challenge: o.challenge, At: s.cfg.Now(),
	}, "", v)
	if err != nil {
		return err
	}
	v.add("", broken(vcdm.CheckPresentation(text, vcdm.Options{}))...)
	v.results = append(v.results, result{Verified: len(v.problems) == 0, Checked: true, Proofs: proofsOf(proofs)})

	return s.inside(ctx, in, text, o, "", v)
}

// inside checks the credentials of a presentation, which stands at a place.
func (s *server) inside(ctx context.Context, in *instance, text []byte, o options, at string, v *verdict) error {
	inner, problems := credentialsIn(text, s.cfg.MaxBytes)
	v.add(at, problems...)
	alone := options{checks: o.checks} // the rest is about the presentation
	for _, c := range inner {
		if err := ctx.Err(); err != nil {
			return err
		}
		check := s.credential
		if envelope(c.text, aCredential.envelope) {
			check = s.enclosedCredential
		}
		if err := check(ctx, in, c.text, alone, at+c.at, v); err != nil {
			return err
		}
	}
	return nil
}

// An inner is a credential inside a presentation.
type inner struct {
	at   string
	text json.RawMessage
}

// credentialsIn finds the credentials of a presentation. An entry that is no
// object is a problem (VC Data Model 2.0, 4.13).
func credentialsIn(text []byte, maxBytes int) ([]inner, []problem) {
	members, err := membersOf(text, maxBytes)
	if err != nil {
		return nil, nil // told already
	}
	const name = "/verifiableCredential"
	value := members.value("verifiableCredential")
	switch {
	case value == nil:
		return nil, nil
	case isObject(value):
		return []inner{{at: name, text: value}}, nil
	}
	var entries []json.RawMessage
	if !bytes.HasPrefix(value, []byte("[")) || json.Unmarshal(value, &entries) != nil {
		return nil, []problem{{kind: malformedValue, code: proof.Schema, key: "vcapi.entry", at: name}}
	}
	if len(entries) > maxCredentials {
		return nil, []problem{{
			kind: transformation, code: proof.Resources, key: "vcapi.many", args: map[string]any{"Max": maxCredentials}, at: name,
		}}
	}
	var out []inner
	var problems []problem
	for i, e := range entries {
		at := name + "/" + strconv.Itoa(i)
		if !isObject(e) {
			problems = append(problems, problem{kind: malformedValue, code: proof.Schema, key: "vcapi.entry", at: at})
			continue
		}
		out = append(out, inner{at: at, text: e})
	}
	return out, problems
}
