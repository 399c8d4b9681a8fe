package vcdm_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/multiformats/go-multibase"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/testkit"
)

// Digests of credentials/v2 that are published: the normative edition in VC
// Data Model 2.0, and the one of July 2024.
const (
	finalSRI    = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
	finalBare   = "uWZVc7WaX1h4D8rJVb-vlMIqxaEKEb1tYbX8fet7JJzQ"
	finalHash   = "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"
	julySRI     = "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg"
	julyBare    = "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k"
	exampleSRI  = "sha384-Ml/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU" // as the standard's own example has it
	otherSHA256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

func resource(members string) string {
	return `{"id":"` + contexts.CredentialsV2 + `",` + members + `}`
}

func TestRelatedResource(t *testing.T) {
	t.Parallel()
	sri := func(s string) string { return resource(`"digestSRI":"` + s + `"`) }
	multi := func(s string) string { return resource(`"digestMultibase":"` + s + `"`) }
	for _, r := range []row{
		{"", sri(finalSRI), ""}, {"", sri(julySRI), ""}, {"", sri(exampleSRI), ""}, {"", sri(finalSRI + "?type=x"), ""}, {"", sri(finalSRI + " " + julySRI), ""},
		{"", multi(finalBare), ""}, {"", multi(finalHash), ""}, {"", multi(julyBare), ""}, {"", resource(`"digestSRI":"` + finalSRI + `","digestMultibase":"` + finalBare + `","mediaType":"application/ld+json"`), ""},
		{"", `[` + sri(finalSRI) + `]`, ""}, {"", resource(`"digestMultibase":["` + finalBare + `","` + finalHash + `"]`), ""},
		{"", sri(otherSHA256), "vcdm.related.wrong"}, {"", sri(finalSRI + " " + otherSHA256), "vcdm.related.wrong"}, {"", multi("uAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "vcdm.related.wrong"},
		{"", resource(`"digestSRI":"` + finalSRI + `","digestMultibase":"uM4RgWQc3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0"`), "vcdm.related.wrong"},
		{"", resource(`"digestMultibase":["` + finalBare + `","uM4RgWQc3RUDtjJCSgTJtTfvpZ7SPEg_LNO0ESlovQC0"]`), "vcdm.related.wrong"},
		{"", sri(""), "vcdm.related.form"}, {"", sri("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="), "vcdm.related.form"}, {"", sri("sha256-ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"), "vcdm.related.form"},
		{"", sri("sha384"), "vcdm.related.form"}, {"", sri("sha256-" + finalSRI[7:]), "vcdm.related.form"}, {"", resource(`"digestSRI":7`), "vcdm.related.form"}, {"", resource(`"digestSRI":null`), "vcdm.related.form"}, {"", resource(`"digestSRI":[]`), "vcdm.related.form"},
		{"", multi(""), "vcdm.related.form"}, {"", multi("u"), "vcdm.related.form"}, {"", multi("x00"), "vcdm.related.form"}, {"", multi("uZTQ0MjM1NiAgcmVwb3J0cc5jZWxhdGVkLXJlc291cmNlLmpzb24K"), "vcdm.related.form"}, {"", multi("uEyBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"), "vcdm.related.form"},
		{"", resource(`"mediaType":"text/plain"`), "vcdm.related.digest"}, {"", resource(`"digestSRI":"` + finalSRI + `","mediaType":"picture"`), "vcdm.related.media"}, {"", resource(`"digestSRI":"` + finalSRI + `","mediaType":7`), "vcdm.related.media"},
		{"", `{"digestSRI":"` + finalSRI + `"}`, "vcdm.missing"}, {"", `{"id":"x","digestSRI":"` + finalSRI + `"}`, "vcdm.url"}, {"", `{"id":["` + contexts.CredentialsV2 + `"],"digestSRI":"` + finalSRI + `"}`, "vcdm.url"},
		{"", `["` + contexts.CredentialsV2 + `"]`, "vcdm.objects"}, {"", `"` + contexts.CredentialsV2 + `"`, "vcdm.objects"}, {"", `[]`, "vcdm.objects"}, {"", `null`, "vcdm.objects"},
		{"", `[` + sri(finalSRI) + `,` + multi(finalBare) + `]`, "vcdm.related.twice"},
		{"", `{"id":"https://example.org/picture.png","digestSRI":"` + finalSRI + `"}`, "vcdm.related.unknown"},
		{"", sri("sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), "vcdm.related.unknown"}, // no SHA-512 of it is published
	} {
		r.member = "relatedResource"
		expect(t, r, vcdm.CheckCredential(credential.with(r.member, r.value).text(t), vcdm.Options{Issuing: true}))
	}
}

// TestPinnedDigests: every context that is shipped as it was published may be
// named by any digest of its bytes, in any spelling, and by no other.
func TestPinnedDigests(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, p := range contexts.Pins() {
		data, _ := contexts.BytesIn(p.State, p.URL)
		sum := sha256.Sum256(data)
		if p.Normative != "" {
			hash, err := hex.DecodeString(p.Normative)
			if err != nil || len(hash) != sha256.Size {
				t.Errorf("%s: the normative digest is no SHA-256", p.URL)
			}
			copy(sum[:], hash)
		}
		members := spellings(t, sum[:])
		if p.Normative == "" {
			s384, s512 := sha512.Sum384(data), sha512.Sum512(data)
			members = append(members, `"digestSRI":"sha384-`+base64.StdEncoding.EncodeToString(s384[:])+`"`, `"digestSRI":"sha512-`+base64.StdEncoding.EncodeToString(s512[:])+`"`)
		}
		for _, m := range members {
			value := fmt.Sprintf(`{"id":%q,%s}`, p.URL, m)
			expect(t, row{"relatedResource", value, ""}, vcdm.CheckCredential(credential.with("relatedResource", value).text(t), vcdm.Options{}))
			checked++
		}
		sum[0] ^= 1
		for _, m := range spellings(t, sum[:]) {
			value := fmt.Sprintf(`{"id":%q,%s}`, p.URL, m)
			expect(t, row{"relatedResource", value, "vcdm.related.wrong"}, vcdm.CheckCredential(credential.with("relatedResource", value).text(t), vcdm.Options{}))
		}
	}
	if checked == 0 {
		t.Error("no context is pinned")
	}
}

func spellings(t *testing.T, sum []byte) []string {
	t.Helper()
	members := []string{`"digestSRI":"sha256-` + base64.StdEncoding.EncodeToString(sum) + `"`}
	for _, base := range []multibase.Encoding{multibase.Base64url, multibase.Base58BTC, multibase.Base16} {
		for _, prefix := range [][]byte{nil, {0x12, 0x20}} {
			s, err := multibase.Encode(base, append(prefix, sum...))
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, `"digestMultibase":"`+s+`"`)
		}
	}
	return members
}

func TestDigestsWith(t *testing.T) {
	t.Parallel()
	picture := []byte("picture")
	sum := sha512.Sum384(picture)
	value := `{"id":"https://example.org/picture.png","digestSRI":"sha384-` + base64.StdEncoding.EncodeToString(sum[:]) + `"}`
	doc := credential.with("relatedResource", value).text(t)
	for _, c := range []struct {
		digests *vcdm.Digests
		key     string
	}{
		{nil, "vcdm.related.unknown"}, {&vcdm.Digests{}, "vcdm.related.unknown"}, {vcdm.PinnedDigests().With("https://example.org/picture.png", picture), ""},
		{(&vcdm.Digests{}).With("https://example.org/picture.png", []byte("other")), "vcdm.related.wrong"},
		{vcdm.PinnedDigests(), "vcdm.related.unknown"}, // With changed a copy
	} {
		expect(t, row{"relatedResource", value, c.key}, vcdm.CheckCredential(doc, vcdm.Options{Digests: c.digests}))
	}
}

// TestDigestOfAnyLength: text that is no digest costs nothing, however long.
func TestDigestOfAnyLength(t *testing.T) {
	t.Parallel()
	began := time.Now()
	doc := credential.with("relatedResource", `{"id":"https://www.w3.org/ns/credentials/v2","digestMultibase":"z`+strings.Repeat("z", 1_500_000)+`"}`).text(t)
	found := vcdm.CheckCredential(doc, vcdm.Options{})
	if len(found) != 1 || found[0].Kind != vcdm.Digest && found[0].Kind != vcdm.Malformed {
		t.Errorf("found: %v", found)
	}
	if took := time.Since(began); took > testkit.AnswerTime() {
		t.Errorf("took %v", took)
	}
}
