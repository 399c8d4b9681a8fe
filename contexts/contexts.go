// Package contexts holds the JSON-LD contexts that Probatum knows: by exact
// URL, by digest, embedded. It gives bytes and never goes to the network; what
// is not in the table does not exist.
//
// Start with Bytes, which gives the document behind a URL, and Terms, which
// gives the terms of the EDC context in one of its two states. README.md in
// this folder says where each file comes from and under which licence.
package contexts

import (
	"embed"
	"slices"
)

//go:embed data/*.jsonld
var files embed.FS

// The URLs of the contexts. Their spelling is part of every signature.
const (
	CredentialsV1       = "https://www.w3.org/2018/credentials/v1" //nolint:gosec // G101 sees a secret in the word; it is an IRI
	CredentialsV2       = "https://www.w3.org/ns/credentials/v2"   //nolint:gosec // G101 sees a secret in the word; it is an IRI
	EDCAP               = "http://data.europa.eu/snb/model/context/edc-ap"
	DataIntegrityV1     = "https://w3id.org/security/data-integrity/v1"
	DataIntegrityV2     = "https://w3id.org/security/data-integrity/v2"
	MultikeyV1          = "https://w3id.org/security/multikey/v1"
	BitstringStatusList = "https://www.w3.org/ns/credentials/status/v1"
	OpenBadges303       = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
	DIDV1               = "https://www.w3.org/ns/did/v1"

	// ELMV1 is ours: the European Learning Model for credentials of the VC
	// Data Model 2.0, after CredentialsV2. See README.md.
	ELMV1 = "https://w3id.org/probatum/elm/v1"
)

// The URLs of contexts that serve tests and test instances only: see
// Pin.TestOnly.
const (
	CredentialsExamplesV2  = "https://www.w3.org/ns/credentials/examples/v2" //nolint:gosec // G101 sees a secret in the word; it is an IRI
	Ed25519Signature2020V1 = "https://w3id.org/security/suites/ed25519-2020/v1"
)

// A State is an edition of the EDC context: its URL has stayed the same while
// its terms changed.
type State int

// ELM32 is what the URL means to us, and the zero value. ELM31 is for checks
// against the older shapes only.
const (
	ELM32 State = iota
	ELM31
)

// String names the state.
func (s State) String() string {
	if s == ELM31 {
		return "3.1"
	}
	return "3.2"
}

// A Pin ties a context to the bytes we ship and to their meaning.
type Pin struct {
	URL    string
	State  State
	File   string // below data/
	SHA256 string // of the bytes
	JCS    string // SHA-256 of the canonical JSON (RFC 8785), which white space does not change

	// TestOnly marks what published test documents need and no credential
	// should: a context that gives every name a meaning, or one of a retired
	// suite. The product does not take documents that name it.
	TestOnly bool

	// Normative is the digest that a standard gives for this URL, where our
	// file is the same JSON with other white space.
	Normative string
}

// pins is the one table. It is never changed.
var pins = [...]Pin{
	{
		URL: CredentialsV1, File: "credentials-v1.jsonld",
		SHA256: "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
		JCS:    "b01e671e873981f19a9102a9a57f666dbcaeb31b99e3e124378d143e71549247",
	},
	{
		URL: CredentialsV2, File: "credentials-v2.jsonld",
		SHA256:    "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
		JCS:       "b463c8d6a066214123ddd9827b135e1b50e1fc73322cc52a9b12a4f1fc7d86cf",
		Normative: "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734", // VC Data Model 2.0, B.1
	},
	{
		URL: EDCAP, File: "edc-ap-3.2.jsonld",
		SHA256: "9f7122c103252f180d00876e94f45806b5b9a25fefbb002c5aee3112cececede",
		JCS:    "c6067317aa4922ac64a4ddea9665abdd6728d2c96d590fb52a2ceaffbdc37cf1",
	},
	{
		URL: EDCAP, State: ELM31, File: "edc-ap-3.1.jsonld",
		SHA256: "05dbef0dd51384df78380cc881e626524f634c414e0401689d7d311dba8bfb9f",
		JCS:    "a955e49e8338647aa688b65a47df7ea4fe71133d53432f5c54996286faaa59a3",
	},
	{
		URL: DataIntegrityV1, File: "data-integrity-v1.jsonld",
		SHA256: "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
		JCS:    "9505bf85338a4c2121ad03992ac90061bc85d43bcfa34d9d47b779381cf08b5f",
	},
	{
		URL: DataIntegrityV2, File: "data-integrity-v2.jsonld",
		SHA256: "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
		JCS:    "7ba3c50acf2689d5e07927267343eb353249c7c22a9f2d00307cc970e855e305",
	},
	{
		URL: MultikeyV1, File: "multikey-v1.jsonld",
		SHA256: "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
		JCS:    "be20c3ee6af6e9c4102e66a85c26617831218e32216bdf050f870e389e737cdc",
	},
	{
		URL: BitstringStatusList, File: "bitstring-status-list-v1.jsonld",
		SHA256:    "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c",
		JCS:       "b2fcebfbaf4e6beae2be370fda8a5f9f99c28540c798a75a8cdccc0fb1a12492",
		Normative: "fda5add353231e6a6884a46b12e6c75464281900cb348284d9c360f62381d9f7",
	},
	{
		URL: OpenBadges303, File: "open-badges-3.0.3.jsonld",
		SHA256: "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
		JCS:    "c5e555a91a5cf48e32ae0a05674c61ddd5c053b680b5643b2f57f9965e386d99",
	},
	{
		URL: DIDV1, File: "did-v1.jsonld",
		SHA256: "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
		JCS:    "a7e146c40fcec005d3f0f14ae745665f446da58d7914a9d8f733746686fad82b",
	},
	{
		URL: ELMV1, File: "elm-v1.jsonld",
		SHA256: "f9ff0229e519b6a60eb98e3dd6e7fa1da8e196efb600e0b51b5c9d8ebd68011e",
		JCS:    "f951efba0a9f10ec1956c05e8bb76591e94be2a933bab5ef900336d449e9d066",
	},
	{
		URL: CredentialsExamplesV2, File: "credentials-examples-v2.jsonld", TestOnly: true,
		SHA256: "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
		JCS:    "8a675bead391be98e6054c4e07c41f73337508d398e07047344c5d349aa2dc58",
	},
	{
		URL: Ed25519Signature2020V1, File: "ed25519-2020-v1.jsonld", TestOnly: true,
		SHA256: "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
		JCS:    "fb517f09d990829aed734c9bad8cbbb2ac3d5063b865c7e3d81f246074bf5691",
	},
}

// Pins gives the table.
func Pins() []Pin { return slices.Clone(pins[:]) }

// Bytes gives the context document behind a URL. The EDC context is given in
// its 3.2 state.
func Bytes(url string) ([]byte, bool) { return BytesIn(ELM32, url) }

// BytesIn is Bytes with the EDC context in the state s.
func BytesIn(s State, url string) ([]byte, bool) {
	for _, p := range pins {
		if p.URL != url || url == EDCAP && p.State != s {
			continue
		}
		data, err := files.ReadFile("data/" + p.File)
		return data, err == nil
	}
	return nil, false
}
