package integrity_test

import (
	"context"
	"crypto/ecdsa"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// A countingResolver tells which DIDs were asked for.
type countingResolver struct{ asked atomic.Int64 }

func (r *countingResolver) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	r.asked.Add(1)
	return integrity.DIDKeys{}.Resolve(ctx, did)
}

func TestTV08ForeignKeys(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		resolver := &countingResolver{}
		e := integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Resolver: resolver, Now: func() time.Time { return noon }})

		// The attacker signs rightly, with a key of the same kind.
		attacker := way{w.name, w.suite, newEd25519(t)}
		if k, ok := w.maker.key.Public().(*ecdsa.PublicKey); ok {
			attacker.maker = newECDSA(t, k.Curve)
		}
		forged := signBy(t, product(), badgeOf(w.maker.did), attacker, nil)
		refuses(t, e, "signed by the attacker", forged, integrity.VerifyOptions{}, proof.Key)
		refuses(t, e, "Owner is another", signed, integrity.VerifyOptions{Owner: attacker.maker.did}, proof.Key)

		public, err := keys.Multikey(attacker.maker.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		for what, method := range map[string]any{
			"did:key":           attacker.maker.method,
			"did:web":           "did:web:attacker.example#key-1",
			"https":             "https://attacker.example/keys/1",
			"https of a DID":    "https://attacker.example/" + w.maker.method,
			"inline key":        map[string]any{"id": w.maker.method, "type": "Multikey", "controller": w.maker.did, "publicKeyMultibase": public},
			"a list":            []any{w.maker.method},
			"a number":          7,
			"without fragment":  w.maker.did,
			"relative":          "#" + public,
			"with a query":      w.maker.did + "?versionId=1#" + public,
			"DID of the issuer": w.maker.did + "x#" + public,
			"empty":             "",
		} {
			refuses(t, e, what, editProof(t, signed, func(p map[string]any) { p["verificationMethod"] = method }), integrity.VerifyOptions{}, proof.Key)
		}
		if n := resolver.asked.Load(); n != 0 {
			t.Errorf("%d DIDs were resolved that are not the issuer's", n)
		}
		for what, method := range map[string]string{
			"another fragment": w.maker.did + "#key-1", "the attacker's fragment": w.maker.did + "#" + public, "fragment in capitals": strings.ToUpper(w.maker.method),
		} {
			refuses(t, e, what, editProof(t, signed, func(p map[string]any) { p["verificationMethod"] = method }), integrity.VerifyOptions{}, proof.Key)
		}
	})
}

func TestTV23IssuerIsNotTheOwner(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		victim := newEd25519(t)
		for what, issuer := range map[string]any{
			"another":           victim.did,
			"another, named":    map[string]any{"id": victim.did, "type": []any{"Profile"}, "name": "N"},
			"a list":            []any{w.maker.did},
			"two":               []any{victim.did, w.maker.did},
			"file":              "file:///etc/passwd",
			"javascript":        "javascript:alert(1)",
			"an address":        "https://192.0.2.1/issuer",
			"without id":        map[string]any{"type": []any{"Profile"}, "name": "N"},
			"with a fragment":   w.maker.method,
			"in capitals":       strings.ToUpper(w.maker.did),
			"with a space":      w.maker.did + " ",
			"a key without did": strings.TrimPrefix(w.maker.did, "did:key:"),
		} {
			doc := edit(t, badgeOf("urn:x:y"), func(m map[string]any) { m["issuer"] = issuer })
			o := integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method}
			prepared, err := product().Prepare(t.Context(), doc, o)
			if err != nil {
				refusal(t, what, err, proof.Key, proof.Context)
				continue
			}
			signed, err := product().Sign(t.Context(), prepared, w.maker.key)
			if err != nil {
				refusal(t, what, err, proof.Key, proof.Context)
				continue
			}
			refuses(t, product(), w.name+" "+what, signed, integrity.VerifyOptions{}, proof.Key)
		}
	}
}
