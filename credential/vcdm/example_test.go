package vcdm_test

import (
	"fmt"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/i18n"
)

func ExampleCheckCredential() {
	doc := []byte(`{
	  "@context": ["https://www.w3.org/ns/credentials/v2"],
	  "type": ["VerifiableCredential"],
	  "issuer": "did:example:college",
	  "validFrom": "2026-05-01",
	  "credentialSubject": {}
	}`)
	for _, f := range vcdm.CheckCredential(doc, vcdm.Options{}) {
		fmt.Println(f.Path, f.Rule, f.Message(i18n.For("en")))
	}
	// Output:
	// $.credentialSubject vcdm-2.0/4.8/credentialSubject “credentialSubject” has an object that says nothing. Fill it or leave it out.
	// $.validFrom vcdm-2.0/4.9/validFrom “validFrom” must be a date and time with a time zone, such as 2026-05-01T09:00:00Z.
}
