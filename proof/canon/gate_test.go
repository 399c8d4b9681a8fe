package canon_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/canon"
)

const (
	dataModel  = `"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"]`
	learning   = `"@context":["https://www.w3.org/ns/credentials/v2","https://w3id.org/probatum/elm/v1"],"type":["VerifiableCredential","EuropeanDigitalCredential"]`
	openBadge  = `"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"type":["VerifiableCredential","OpenBadgeCredential"]`
	shown      = `"@context":["https://www.w3.org/ns/credentials/v2"],"type":"VerifiablePresentation"`
	version1   = `"@context":["https://www.w3.org/2018/credentials/v1","https://w3id.org/security/data-integrity/v2"],"type":["VerifiableCredential"]`
	inlineHead = `"@context":["https://www.w3.org/ns/credentials/v2",`
	inlineTail = `],"type":["VerifiableCredential"],"issuer":"urn:x:y"`
)

// refusal gives the refusal that an error is.
func refusal(t testing.TB, err error) *canon.Error {
	t.Helper()
	e, ok := errors.AsType[*canon.Error](err)
	if !ok {
		t.Fatalf("not a refusal: %v", err)
	}
	return e
}

// Each rule of the gate, with a document that it lets pass and twins that it does
// not.
func TestGate(t *testing.T) {
	t.Parallel()
	type twin struct {
		doc     string
		kind    canon.Kind
		pointer string
		key     string
	}
	for name, tt := range map[string]struct {
		good []string
		bad  []twin
	}{
		"terms": {
			good: []string{dataModel + `,"name":"x"`},
			bad: []twin{
				{dataModel + `,"finalGrade":"x"`, canon.Lost, "/finalGrade", "proof.canon.term"},
				{dataModel + `,"Name":"x"`, canon.Lost, "/Name", "proof.canon.term"},
				{dataModel + `,"credentialSubject":{"name":"x","a~b/c":1}`, canon.Lost, "/credentialSubject/a~0b~1c", "proof.canon.term"},
				{dataModel + `,"https://schema.org/name":"x"`, canon.Lost, "/https:~1~1schema.org~1name", "proof.canon.term"},
				{dataModel + `,"":"x"`, canon.Lost, "/", "proof.canon.term"},
				{dataModel + `,"__proto__":{"id":"urn:x:y"}`, canon.Lost, "/__proto__", "proof.canon.term"},
				{dataModel + `,"_:b":"x"`, canon.Lost, "/_:b", "proof.canon.term"},
				{dataModel + `,"statusListIndex":"1"`, canon.Lost, "/statusListIndex", "proof.canon.term"}, // a term of a type that is not here
			},
		},
		"keywords": {
			good: []string{dataModel + `,"id":"urn:x:y","name":"x"`},
			bad: []twin{
				{dataModel + `,"@id":"urn:x:y","name":"x"`, canon.Context, "/@id", "proof.canon.spelling"},
				{strings.Replace(dataModel, `"type"`, `"@type"`, 1), canon.Context, "/@type", "proof.canon.spelling"},
				{dataModel + `,"@index":"x"`, canon.Context, "/@index", "proof.canon.keyword"},
				{dataModel + `,"@graph":[{"name":"x"}]`, canon.Context, "/@graph", "proof.canon.keyword"},
				{dataModel + `,"@included":[{"name":"x"}]`, canon.Context, "/@included", "proof.canon.keyword"},
				{dataModel + `,"@nest":{"name":"x"}`, canon.Context, "/@nest", "proof.canon.keyword"},
				{dataModel + `,"@reverse":{"name":{"id":"urn:x:y"}}`, canon.Context, "/@reverse", "proof.canon.keyword"},
				{dataModel + `,"name":{"@set":["x"]}`, canon.Context, "/name/@set", "proof.canon.keyword"},
				{dataModel + `,"name":{"@list":["x"]}`, canon.Context, "/name/@list", "proof.canon.keyword"},
				{dataModel + `,"@unknown":"x"`, canon.Context, "/@unknown", "proof.canon.keyword"},
				{dataModel + `,"name":{"@value":"x","@language":"en","@index":"i"}`, canon.Lost, "/name/@index", "proof.canon.valueobject"},
			},
		},
		"nothing": {
			good: []string{dataModel},
			bad: []twin{
				{dataModel + `,"name":null`, canon.Lost, "/name", "proof.canon.null"},
				{dataModel + `,"name":["x",null]`, canon.Lost, "/name/1", "proof.canon.null"},
				{dataModel + `,"name":[]`, canon.Lost, "/name", "proof.canon.hollow"},
				{dataModel + `,"credentialSubject":{}`, canon.Lost, "/credentialSubject", "proof.canon.hollow"},
				{dataModel + `,"name":[["x"]]`, canon.Lost, "/name/0", "proof.canon.nested"},
				{dataModel + `,"name":{"@value":null}`, canon.Lost, "/name", "proof.canon.null"},
				{dataModel + `,"name":{"@language":"en"}`, canon.Context, "/name/@language", "proof.canon.keyword"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"]`, canon.Empty, "", "proof.canon.nothing"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:x:y"`, canon.Empty, "", "proof.canon.nothing"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":[]`, canon.Lost, "/type", "proof.canon.hollow"},
				{learning + `,"credentialSubject":{"givenName":{}}`, canon.Lost, "/credentialSubject/givenName", "proof.canon.hollow"},
				{learning + `,"credentialSubject":{"givenName":{"en":[]}}`, canon.Lost, "/credentialSubject/givenName/en", "proof.canon.hollow"},
			},
		},
		"identifiers": {
			good: []string{
				dataModel + `,"id":"urn:uuid:1"`, dataModel + `,"id":"did:example:1#k"`, dataModel + `,"id":"https://example.org/%C3%A9?x=y"`,
				dataModel + `,"id":"https://example.org/é/مدرسة/𐍈"`, dataModel + `,"id":"data:text/plain,x"`,
			},
			bad: []twin{
				{dataModel + `,"id":"not relative"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"relative"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"/a"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":""`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/a b"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/ "`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/\u0000"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/\u0085"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/<b>"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/%"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/%4"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"https://example.org/%zz"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"_:b0"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":"@id"`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":7`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"id":["urn:x:y"]`, canon.Lost, "/id", "proof.canon.iri"},
				{dataModel + `,"issuer":"_:b0"`, canon.Lost, "/issuer", "proof.canon.iri"},
				{dataModel + `,"issuer":7`, canon.Lost, "/issuer", "proof.canon.literal"},
				{dataModel + `,"issuer":{"@value":"x"}`, canon.Lost, "/issuer", "proof.canon.literal"},
				{dataModel + `,"credentialSubject":"urn:x:y"`, canon.Lost, "/credentialSubject", "proof.canon.literal"},
				{version1 + `,"id":"cred:x"`, canon.Lost, "/id", "proof.canon.iri"}, // a prefix of the type's context
			},
		},
		"types": {
			good: []string{
				`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","https://example.org/T"]`,
				strings.Replace(openBadge, "OpenBadge", "Achievement", 1),
			},
			bad: []twin{
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","Unknown"]`, canon.Lost, "/type/1", "proof.canon.type"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","@json"]`, canon.Lost, "/type/1", "proof.canon.type"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","id"]`, canon.Lost, "/type/1", "proof.canon.type"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","_:b0"]`, canon.Lost, "/type/1", "proof.canon.type"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential",null]`, canon.Lost, "/type/1", "proof.canon.type"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","VerifiableCredential"]`, canon.Lost, "/type/1", "proof.canon.twice"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","https://www.w3.org/2018/credentials#VerifiableCredential"]`, canon.Context, "/type/1", "proof.canon.spelling"},
				{`"@context":["https://www.w3.org/ns/credentials/v2"],"type":"https://www.w3.org/2018/credentials#VerifiableCredential"`, canon.Context, "/type", "proof.canon.spelling"},
				{strings.Replace(openBadge, `"OpenBadge`, `"AchievementCredential","OpenBadge`, 1), canon.Lost, "/type/2", "proof.canon.twice"},
				{openBadge + `,"credentialSubject":{"type":"criteria"}`, canon.Lost, "/credentialSubject/type", "proof.canon.type"},
			},
		},
		"literals": {
			good: []string{
				dataModel + `,"name":"x"`, dataModel + `,"name":""`, dataModel + `,"validFrom":"2026-01-01T00:00:00Z"`, dataModel + `,"exp":7`, dataModel + `,"name":true`,
				openBadge + `,"credentialSubject":{"type":"IdentityObject","hashed":false}`,
				dataModel + `,"name":"\u0000\u0001\ufffe\uffff\ud83d\ude00 \u202e"`,
				dataModel + `,"name":{"@value":"2026-01-01","@type":"http://www.w3.org/2001/XMLSchema#date"}`,
			},
			bad: []twin{
				{dataModel + `,"validFrom":7`, canon.Lost, "/validFrom", "proof.canon.literal"},
				{dataModel + `,"validFrom":true`, canon.Lost, "/validFrom", "proof.canon.literal"},
				{dataModel + `,"validFrom":{"id":"urn:x:y"}`, canon.Lost, "/validFrom", "proof.canon.literal"},
				{dataModel + `,"exp":"7"`, canon.Lost, "/exp", "proof.canon.literal"},
				{openBadge + `,"credentialSubject":{"type":"IdentityObject","hashed":"false"}`, canon.Lost, "/credentialSubject/hashed", "proof.canon.literal"},
				{dataModel + `,"name":{"@value":"x"}`, canon.Context, "/name", "proof.canon.spelling"},
				{dataModel + `,"name":{"@value":7}`, canon.Context, "/name", "proof.canon.spelling"},
				{dataModel + `,"name":{"@value":"x","@type":"http://www.w3.org/2001/XMLSchema#string"}`, canon.Context, "/name", "proof.canon.spelling"},
				{dataModel + `,"name":{"@value":7,"@type":"http://www.w3.org/2001/XMLSchema#integer"}`, canon.Context, "/name", "proof.canon.spelling"},
				{dataModel + `,"name":{"@value":"7","@type":"http://www.w3.org/2001/XMLSchema#integer"}`, canon.Lost, "/name", "proof.canon.literal"},
				{dataModel + `,"name":{"@value":"{}","@type":"http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"}`, canon.Lost, "/name", "proof.canon.literal"},
				{dataModel + `,"name":{"@value":{},"@type":"@json"}`, canon.Lost, "/name", "proof.canon.type"},
				{dataModel + `,"name":{"@value":"x","@type":"http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}`, canon.Lost, "/name", "proof.canon.literal"},
				{dataModel + `,"name":{"@value":"x","@type":"relative"}`, canon.Lost, "/name", "proof.canon.type"},
				{dataModel + `,"name":{"@value":"x","type":"urn:x:y"}`, canon.Lost, "/name/type", "proof.canon.valueobject"},
				{dataModel + `,"name":{"@value":"x","@language":"en","@type":"urn:x:y"}`, canon.Lost, "/name", "proof.canon.valueobject"},
				{dataModel + `,"name":{"@value":"x","@language":"en","url":"urn:x:y"}`, canon.Lost, "/name/url", "proof.canon.valueobject"},
				{dataModel + `,"name":{"@value":["x"],"@language":"en"}`, canon.Lost, "/name", "proof.canon.valueobject"},
				{dataModel + `,"validFrom":{"@value":"2026-01-01T00:00:00Z","@type":"http://www.w3.org/2001/XMLSchema#dateTime"}`, canon.Context, "/validFrom", "proof.canon.spelling"},
				{dataModel + `,"name":["x","x"]`, canon.Lost, "/name/1", "proof.canon.twice"},
				{dataModel + `,"name":[1,1.0]`, canon.Lost, "/name/1", "proof.canon.twice"},
			},
		},
		"numbers": {
			good: []string{dataModel + `,"name":[0,1,-1,1.5,0.1,1e-7,9007199254740992,5.0,1e3,12.50]`},
			bad: []twin{
				{dataModel + `,"name":9007199254740993`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":9007199254740994`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":1e21`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":1e400`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":1e-400`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":-0`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":0.1000000000000000000001`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":1.0000000000000000001`, canon.Lost, "/name", "proof.canon.number"},
				{dataModel + `,"name":0.30000000000000004`, canon.Lost, "/name", "proof.canon.number"}, // 17 digits; the lexical form has 16
			},
		},
		"languages": {
			good: []string{
				dataModel + `,"name":{"@value":"x","@language":"en-gb"}`, dataModel + `,"name":[{"@value":"x","@language":"en"},{"@value":"x","@language":"fr"},"x"]`,
				learning + `,"credentialSubject":{"givenName":{"en":"x","fr":["x","y"]}}`,
				dataModel + `,"name":{"@value":"x","@language":"en-GB"}`, learning + `,"credentialSubject":{"givenName":{"de-AT":"x","sr-Latn-RS":"y"}}`,
			},
			bad: []twin{
				{dataModel + `,"name":{"@value":"x","@language":"en-Gb"}`, canon.Lost, "/name", "proof.canon.language"},
				{dataModel + `,"name":[{"@value":"x","@language":"en-GB"},{"@value":"x","@language":"en-gb"}]`, canon.Lost, "/name/1", "proof.canon.twice"},
				{learning + `,"credentialSubject":{"givenName":{"de-AT":"x","de-at":"y"}}`, canon.Lost, "/credentialSubject/givenName/de-AT", "proof.canon.language"},
				{dataModel + `,"name":{"@value":"x","@language":"en_gb"}`, canon.Lost, "/name", "proof.canon.language"},
				{dataModel + `,"name":{"@value":"x","@language":""}`, canon.Lost, "/name", "proof.canon.language"},
				{dataModel + `,"name":{"@value":"x","@language":null}`, canon.Lost, "/name", "proof.canon.language"},
				{dataModel + `,"name":{"@value":"x","@language":"abcdefghi"}`, canon.Lost, "/name", "proof.canon.language"},
				{learning + `,"credentialSubject":{"givenName":{"EN":"x"}}`, canon.Lost, "/credentialSubject/givenName/EN", "proof.canon.language"},
				{learning + `,"credentialSubject":{"givenName":{"@none":"x"}}`, canon.Lost, "/credentialSubject/givenName/@none", "proof.canon.language"},
				{learning + `,"credentialSubject":{"givenName":{"en":null}}`, canon.Lost, "/credentialSubject/givenName/en", "proof.canon.literal"},
				{learning + `,"credentialSubject":{"givenName":{"en":7}}`, canon.Lost, "/credentialSubject/givenName/en", "proof.canon.literal"},
				{learning + `,"credentialSubject":{"givenName":{"en":["x","x"]}}`, canon.Lost, "/credentialSubject/givenName/en", "proof.canon.twice"},
				{learning + `,"credentialSubject":{"givenName":[{"@value":"x","@language":"en"}]}`, canon.Context, "/credentialSubject/givenName/0", "proof.canon.spelling"},
			},
		},
		"direction": {
			good: []string{
				dataModel + `,"name":{"@value":"x","@language":"ar","@direction":"rtl"}`, dataModel + `,"description":[{"@value":"x","@direction":"ltr"}]`,
				dataModel + `,"issuer":{"id":"urn:x:y","name":{"@value":"x","@language":"ar","@direction":"rtl"}}`,
			},
			bad: []twin{
				{dataModel + `,"name":{"@value":"x","@language":"ar","@direction":"up"}`, canon.Lost, "/name/@direction", "proof.canon.direction"},
				{dataModel + `,"name":{"@value":"x","@language":"ar","@direction":null}`, canon.Lost, "/name/@direction", "proof.canon.direction"},
				{dataModel + `,"credentialSubject":{"name":{"@value":"x","@language":"ar","@direction":"rtl"}}`, canon.Lost, "/credentialSubject/name/@direction", "proof.canon.direction"},
				{openBadge + `,"inLanguage":{"@value":"x","@language":"ar","@direction":"rtl"}`, canon.Lost, "/inLanguage/@direction", "proof.canon.direction"},
				{dataModel + `,"evidence":{"type":"urn:x:y","name":{"@value":"x","@language":"ar","@direction":"rtl"}}`, canon.Lost, "/evidence/name/@direction", "proof.canon.direction"},
			},
		},
		"JSON literals": {
			good: []string{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{"@context":null,"a":[],"b":{"@id":1.5}}}`},
			bad: []twin{
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":["a"]}`, canon.Lost, "/credentialSchema/jsonSchema", "proof.canon.jsonliteral"},
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":[{"a":1}]}`, canon.Lost, "/credentialSchema/jsonSchema", "proof.canon.jsonliteral"},
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":"a"}`, canon.Lost, "/credentialSchema/jsonSchema", "proof.canon.jsonliteral"},
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":null}`, canon.Lost, "/credentialSchema/jsonSchema", "proof.canon.jsonliteral"},
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":true}`, canon.Lost, "/credentialSchema/jsonSchema", "proof.canon.jsonliteral"},
				{dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{"a":[1,-0]}}`, canon.Lost, "/credentialSchema/jsonSchema/a/1", "proof.canon.number"},
			},
		},
		"lists": {
			good: []string{openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":["B","A","B"]}`},
			bad: []twin{
				{openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":[]}`, canon.Lost, "/credentialSubject/allowedValue", "proof.canon.hollow"},
				{openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":[["A"]]}`, canon.Lost, "/credentialSubject/allowedValue/0", "proof.canon.nested"},
				{openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":{"@list":["A"]}}`, canon.Context, "/credentialSubject/allowedValue/@list", "proof.canon.keyword"},
			},
		},
		"words of a scope": {
			good: []string{version1 + `,"proof":{"type":"DataIntegrityProof","proofPurpose":"assertionMethod"}`},
			bad: []twin{
				{version1 + `,"proof":{"type":"DataIntegrityProof","proofPurpose":"https://w3id.org/security#assertionMethod"}`, canon.Context, "/proof/proofPurpose", "proof.canon.spelling"},
				{version1 + `,"proof":{"type":"DataIntegrityProof","proofPurpose":"unknown"}`, canon.Lost, "/proof/proofPurpose", "proof.canon.type"},
				{version1 + `,"proof":{"type":"DataIntegrityProof","proofPurpose":{"id":"https://w3id.org/security#assertionMethod"}}`, canon.Context, "/proof/proofPurpose", "proof.canon.spelling"},
				{version1 + `,"proof":"urn:x:y"`, canon.Lost, "/proof", "proof.canon.literal"},
				{version1 + `,"proof":{"id":"urn:x:y"}`, canon.Lost, "/proof", "proof.canon.bare"},
			},
		},
		"places": {
			good: []string{
				dataModel + `,"issuer":"urn:x:a","credentialSubject":{"id":"urn:x:a","name":"x"}`,
				openBadge + `,"issuer":{"id":"urn:x:a","type":"Profile","name":"x"},"credentialSubject":{"type":"AchievementSubject","achievement":{"type":"Achievement","creator":{"id":"urn:x:a","type":"Profile","name":"x"}}}`,
				learning + `,"credentialSubject":{"hasClaim":[{"id":"urn:x:1","hasPart":{"id":"urn:x:2","title":{"en":"x"}}},{"id":"urn:x:3","hasPart":{"id":"urn:x:2","title":{"en":"x"}}}]}`,
				dataModel + `,"id":"urn:x:c","evidence":"urn:x:c"`,
				dataModel + `,"issuer":{"id":"urn:x:a"}`,
			},
			bad: []twin{
				{dataModel + `,"issuer":{"id":"urn:x:a","name":"x"},"credentialSubject":{"id":"urn:x:a"}`, canon.Lost, "/credentialSubject", "proof.canon.places"},
				{dataModel + `,"issuer":{"id":"urn:x:a","name":"x"},"credentialSubject":{"id":"urn:x:a","name":"x"}`, canon.Lost, "/issuer", "proof.canon.places"},
				{dataModel + `,"issuer":{"id":"urn:x:a"},"credentialSubject":{"id":"urn:x:a","name":"x"}`, canon.Lost, "/issuer", "proof.canon.places"},
				{dataModel + `,"issuer":{"id":"urn:x:a","name":"y"},"evidence":{"id":"urn:x:a","name":"x"}`, canon.Lost, "/issuer", "proof.canon.places"},
				{dataModel + `,"issuer":"urn:x:a","evidence":{"id":"urn:x:a","name":"x"}`, canon.Lost, "/issuer", "proof.canon.places"},
				{learning + `,"credentialSubject":{"hasClaim":[{"id":"urn:x:1","hasPart":{"id":"urn:x:2","title":{"en":"x"}}},{"id":"urn:x:3","hasPart":"urn:x:2"}]}`, canon.Lost, "/credentialSubject/hasClaim/1/hasPart", "proof.canon.places"},
				{dataModel + `,"evidence":[{"id":"urn:x:a","name":"x"},{"id":"urn:x:a","description":"y"}]`, canon.Lost, "/evidence/1", "proof.canon.twice"},
				{dataModel + `,"evidence":[{"id":"urn:x:a","name":"x"},{"id":"urn:x:a","name":"x"}]`, canon.Lost, "/evidence/1", "proof.canon.twice"},
				{dataModel + `,"evidence":{"id":"urn:x:a"}`, canon.Context, "/evidence", "proof.canon.spelling"},
			},
		},
		"presentations": {
			good: []string{
				shown + `,"verifiableCredential":{` + dataModel + `}`, shown + `,"verifiableCredential":[{` + dataModel + `},{` + learning + `}]`,
				shown + `,"holder":"urn:x:a","verifiableCredential":{` + dataModel + `,"credentialSubject":{"id":"urn:x:a","name":"x"}}`,
				strings.Replace(version1, `["VerifiableCredential"]`, `"VerifiablePresentation"`, 1) + `,"verifiableCredential":{` + version1 + `}`,
			},
			bad: []twin{
				{shown + `,"verifiableCredential":{"type":"VerifiableCredential"}`, canon.Context, "/verifiableCredential/@context", "proof.canon.context.missing"},
				{shown + `,"verifiableCredential":"urn:x:y"`, canon.Lost, "/verifiableCredential", "proof.canon.literal"},
				{shown + `,"verifiableCredential":[{` + dataModel + `},null]`, canon.Lost, "/verifiableCredential/1", "proof.canon.null"},
				{shown + `,"verifiableCredential":{` + dataModel + `,"finalGrade":"x"}`, canon.Lost, "/verifiableCredential/finalGrade", "proof.canon.term"},
				{shown + `,"verifiableCredential":[{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:x:y"}]`, canon.Lost, "/verifiableCredential/0", "proof.canon.bare"},
				{shown + `,"verifiableCredential":{` + shown + `,"verifiableCredential":{` + dataModel + `}}`, canon.Context, "/verifiableCredential/verifiableCredential/@context", "proof.canon.context.place"},
				{shown + `,"holder":{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:x:y"}`, canon.Context, "/holder/@context", "proof.canon.context.place"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := canon.New(canon.Config{})
			for _, doc := range tt.good {
				if _, err := form(t, p, []byte("{"+doc+"}")); err != nil {
					t.Errorf("%s\nis refused: %v", doc, err)
				}
			}
			for _, b := range tt.bad {
				_, err := p.Dataset(t.Context(), []byte("{"+b.doc+"}"))
				if err == nil {
					t.Errorf("%s\npasses, want %s", b.doc, b.key)
					continue
				}
				if e := refusal(t, err); e.Key != b.key || e.Kind != b.kind || e.Pointer != b.pointer {
					t.Errorf("%s\nis refused with kind %d, %s at %q (%v), want kind %d, %s at %q", b.doc, e.Kind, e.Key, e.Pointer, e.Err, b.kind, b.key, b.pointer)
				}
			}
		})
	}
}

// TestWarnings: what no signature covers is named.
func TestWarnings(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	doc := `{` + dataModel + `,"issuer":{"id":"urn:x:y","name":{"@value":"x","@language":"ar","@direction":"rtl"}},"name":["y",{"@value":"x","@direction":"ltr"}]}`
	d, err := p.Dataset(t.Context(), []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	want := []canon.Warning{
		{Pointer: "/issuer/name/@direction", Key: "proof.canon.warning.direction"},
		{Pointer: "/name/1/@direction", Key: "proof.canon.warning.direction"},
	}
	if !slices.Equal(d.Warnings, want) {
		t.Errorf("warnings %v, want %v", d.Warnings, want)
	}
}

// TestNodes: each object without id is found under its pointer, with a label that
// the statements use.
func TestNodes(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	for name, doc := range documentTexts(t) {
		d, err := p.Dataset(t.Context(), doc)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := map[string]bool{}
		v := parsedJSON(t, doc)
		for _, s := range append([]spot{{"", map[string]any{"": v}, "", 0}}, spots(v, "")...) {
			m, ok := s.value().(map[string]any)
			if !ok || m["id"] != nil || m["@value"] != nil || strings.Contains(s.path, "jsonSchema") || strings.Contains(s.path, "/data") {
				continue
			}
			if under := m["en"] != nil || m["he"] != nil; under { // a language map
				continue
			}
			want[s.path] = true
		}
		used := map[string]bool{}
		for _, q := range d.Quads {
			if q.Subject.Kind == canon.Blank {
				used[q.Subject.Value] = true
			}
		}
		for pointer, label := range d.Nodes {
			if !want[pointer] || !used[label] {
				t.Errorf("%s: node %q has label %q, which is not wanted or not used", name, pointer, label)
			}
			delete(want, pointer)
		}
		if len(want) > 0 {
			t.Errorf("%s: no label for %v", name, want)
		}
	}
}

// TestPart: the options of a proof are read under the contexts of their document.
func TestPart(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	const options = `{"type":"DataIntegrityProof","cryptosuite":"eddsa-rdfc-2022","created":"2026-02-03T04:05:06Z","verificationMethod":"did:example:a#b","proofPurpose":"assertionMethod"}`
	v2 := `["` + contexts.CredentialsV2 + `"]`
	d, err := p.Part(t.Context(), []byte(options), []byte(v2))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := p.Dataset(t.Context(), []byte(`{"@context":`+v2+`,`+options[1:]))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Quads) != 5 || !slices.Equal(d.Quads, whole.Quads) {
		t.Errorf("statements %v, want those of the object with its @context: %v", d.Quads, whole.Quads)
	}
	for _, tt := range []struct{ doc, own, key string }{
		{options, "", "proof.canon.context.missing"},
		{options, "null", "proof.canon.context.list"},
		{options, `["` + contexts.CredentialsV1 + `"]`, "proof.canon.context.list"},
		{`{"@context":` + v2 + `,` + options[1:], v2, "proof.canon.context.place"},
		{`[` + options + `]`, v2, "proof.canon.root"},
		{strings.Replace(options, "created", "Created", 1), v2, "proof.canon.term"},
	} {
		if _, err := p.Part(t.Context(), []byte(tt.doc), []byte(tt.own)); err == nil || refusal(t, err).Key != tt.key {
			t.Errorf("%s under %s: %v, want %s", tt.doc, tt.own, err, tt.key)
		}
	}
}
