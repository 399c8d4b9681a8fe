package verifier_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/verifier"
)

// Who had no time to look says so, and does not call a credential bad.
func TestTooLateIsNotBad(t *testing.T) {
	t.Parallel()
	late := &canon.Error{Kind: canon.Resources, Key: "proof.canon.time", Err: context.DeadlineExceeded}
	for what, tt := range map[string]struct {
		err  error
		want verifier.Result
	}{
		"the gate, late":   {late, verifier.NotDone},
		"a proof, late":    {&proof.Error{Code: proof.Resources, Key: "proof.canon.time", Err: fmt.Errorf("canonicalizing: %w", late)}, verifier.NotDone},
		"too much work":    {&canon.Error{Kind: canon.Resources, Key: "proof.canon.work"}, verifier.Failed},
		"a proof, refused": {&proof.Error{Code: proof.Resources, Key: "proof.canon.work"}, verifier.Failed},
	} {
		c := verifier.FormatOf(tt.err)
		if c.Result != tt.want || c.Code != proof.Resources {
			t.Errorf("%s: %v %s", what, c.Result, c.Code)
		}
		r := verifier.Report{Checks: []verifier.Check{c}}
		for _, lang := range i18n.Languages {
			if a := r.Answer(i18n.For(lang)); a.Summary == "" || (a.Verdict == verifier.Invalid.String()) != (tt.want == verifier.Failed) {
				t.Errorf("%s, %s: %s %q", what, lang, a.Verdict, a.Summary)
			}
		}
	}
}
