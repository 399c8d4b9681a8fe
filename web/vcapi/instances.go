package vcapi

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"maps"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// The names of the instances that Demo makes.
const (
	Ed25519RDFC       = "ed25519-rdfc"
	Ed25519JCS        = "ed25519-jcs"
	P256RDFC          = "p256-rdfc"
	P384RDFC          = "p384-rdfc"
	P256JCS           = "p256-jcs"
	P384JCS           = "p384-jcs"
	P256SD            = "p256-sd"
	JWTES256          = "jwt-es256"
	Status            = "status"
	ConformanceCrypto = "conformance-crypto"
)

// demo is the table of the instances: a key, what it issues, and how strictly
// it verifies.
var demo = [...]struct {
	key func() (crypto.Signer, error)
	Instance
}{
	{newEd25519, Instance{Name: Ed25519RDFC, Suite: integrity.EdDSARDFC2022}},
	{newEd25519, Instance{Name: Ed25519JCS, Suite: integrity.EdDSAJCS2022}},
	{newECDSA(elliptic.P256()), Instance{Name: P256RDFC, Suite: integrity.ECDSARDFC2019}},
	{newECDSA(elliptic.P384()), Instance{Name: P384RDFC, Suite: integrity.ECDSARDFC2019}},
	{newECDSA(elliptic.P256()), Instance{Name: P256JCS, Suite: integrity.ECDSAJCS2019}},
	{newECDSA(elliptic.P384()), Instance{Name: P384JCS, Suite: integrity.ECDSAJCS2019}},
	{newECDSA(elliptic.P256()), Instance{Name: P256SD, Suite: integrity.ECDSASD2023}},
	// The data model's suite asks those who issue tokens to take one that nobody
	// signed.
	{newECDSA(elliptic.P256()), Instance{Name: JWTES256, Token: true, Enveloped: EnvelopedAlone}},
	{newEd25519, Instance{Name: Status, Suite: integrity.EdDSARDFC2022, Status: true}},
	// Published vectors name an issuer that is not the controller of the key:
	// this one instance reports that instead of refusing it.
	{newECDSA(elliptic.P256()), Instance{Name: ConformanceCrypto, Suite: integrity.ECDSARDFC2019, Binding: integrity.Report}},
}

// Demo makes one instance for each suite and kind of key, one that issues tokens
// and one with status lists. Their keys are made now, held in memory only, and
// gone with the program.
func Demo() ([]Instance, error) {
	out := make([]Instance, 0, len(demo))
	for _, row := range demo {
		key, err := row.key()
		if err != nil {
			return nil, fmt.Errorf("making the key of instance %s: %w", row.Name, err)
		}
		in := row.Instance
		in.Key, in.Enveloped = key, max(in.Enveloped, EnvelopedReported)
		out = append(out, in)
	}
	return out, nil
}

func newEd25519() (crypto.Signer, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return key, err
}

func newECDSA(curve elliptic.Curve) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return ecdsa.GenerateKey(curve, rand.Reader) }
}

// testContexts are the contexts of test instances: all that are pinned, those
// that only published test documents name, those of the configuration, in any
// order behind one of the base contexts, and objects that define terms.
func testContexts(more map[string][]byte) (*canon.Contexts, error) {
	beside := maps.Clone(more)
	if beside == nil {
		beside = map[string][]byte{}
	}
	for _, url := range []string{contexts.CredentialsExamplesV2, contexts.Ed25519Signature2020V1} {
		data, ok := contexts.Bytes(url)
		if !ok {
			return nil, fmt.Errorf("context %s is not there", url)
		}
		beside[url] = data
	}
	return canon.NewContexts(canon.ContextsConfig{Documents: beside, AnyList: true, Inline: true})
}
