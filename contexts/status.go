package contexts

import (
	"encoding/json"
	"reflect"

	"github.com/probatum/probatum/internal/strictjson"
)

// StatusTerms is the one inline context object that an EDC file may carry,
// third and last in its @context. It defines what neither credentials/v1 nor
// the EDC context do: the terms of a status entry (Bitstring Status List 1.0)
// and, for the 3.1 state, the class that ELM 3.2 wants of it.
const StatusTerms = `{` +
	`"CredentialStatus":"http://data.europa.eu/snb/model/elm/CredentialStatus",` +
	`"BitstringStatusListEntry":"https://www.w3.org/ns/credentials/status#BitstringStatusListEntry",` +
	`"statusPurpose":"https://www.w3.org/ns/credentials/status#statusPurpose",` +
	`"statusListIndex":"https://www.w3.org/ns/credentials/status#statusListIndex",` +
	`"statusListCredential":{"@id":"https://www.w3.org/ns/credentials/status#statusListCredential","@type":"@id"},` +
	`"statusSize":{"@id":"https://www.w3.org/ns/credentials/status#statusSize","@type":"http://www.w3.org/2001/XMLSchema#integer"},` +
	`"statusMessage":"https://www.w3.org/ns/credentials/status#statusMessage",` +
	`"status":"https://www.w3.org/ns/credentials/status#status",` +
	`"message":"https://www.w3.org/ns/credentials/status#message"` +
	`}`

// IsStatusTerms tells whether an inline context is StatusTerms as a whole.
// White space and the order of members may differ, nothing else.
func IsStatusTerms(inline []byte) bool {
	if strictjson.Check(inline) != nil {
		return false
	}
	var have, want any
	if json.Unmarshal(inline, &have) != nil || json.Unmarshal([]byte(StatusTerms), &want) != nil {
		return false
	}
	return reflect.DeepEqual(have, want)
}
