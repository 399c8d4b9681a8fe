package vcapi

import (
	"context"
	"net/http"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/web/page"
)

// derive shows a part of a credential with a base proof of ecdsa-sd-2023, as
// its holder would.
func (s *server) derive(w http.ResponseWriter, r *http.Request, _ *instance) error {
	data, err := s.read(w, r)
	if err != nil {
		return err
	}
	var made secured
	err = s.work(r, func(ctx context.Context) error {
		c, err := parse(data, "verifiableCredential", s.cfg.MaxBytes)
		if err == nil {
			err = c.options.understood()
		}
		if err != nil {
			return err
		}
		if c.options.selective == nil {
			return refused(problem{
				kind: generation, code: proof.Malformed, key: "vcapi.options.needed", args: map[string]any{"Name": "selectivePointers"},
			})
		}
		derived, err := s.engine.Derive(ctx, c.document, c.options.selective)
		if err != nil {
			return s.making(ctx, "deriving a credential", err)
		}
		made.Credential = derived
		// A holder may make what no verifier takes; they should know.
		if len(vcdm.CheckCredential(derived, vcdm.Options{})) > 0 {
			made.Warnings = told([]problem{{kind: note, key: "vcapi.note.partial"}}, page.RequestOf(r).Loc)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.write(w, r, http.StatusCreated, "application/json", made)
	return nil
}
