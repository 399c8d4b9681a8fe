package vcdm

import (
	"strconv"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// credential checks a credential that stands alone or in a presentation.
func (k *checker) credential(v *strictjson.Value, issuing bool) {
	before := k.edition
	k.edition = editionOf(v)
	defer func() { k.edition = before }()
	if !issuing && k.edition == v20 && enveloped(v, typeEnvelopedVC) {
		k.envelope(v, onEnvelope, typeEnvelopedVC)
		return
	}
	k.contexts(v)
	k.id(v)
	k.typed(v, "VerifiableCredential")
	k.titles(v)
	k.issuer(v, issuing)
	k.subjects(v)
	if k.edition == v11 && v.Member("issuanceDate") == nil {
		k.missing(v, onValidity, "issuanceDate")
	}
	k.period(v)
	k.statuses(v)
	for _, schema := range k.objects(v, onSchemas, "credentialSchema") {
		k.types(schema, onSchemas)
		k.requiredID(schema, onSchemas)
	}
	k.refreshing(v)
	k.extensions(v)
	k.related(v)
	k.proofs(v)
}

// issuer checks the issuer: a URL, or an object with a URL as its id (2.0, 4.7).
func (k *checker) issuer(v *strictjson.Value, issuing bool) {
	issuer := v.Member("issuer")
	switch {
	case issuer == nil:
		if !issuing {
			k.missing(v, onIssuer, "issuer")
		}
	case issuer.Is(strictjson.Object):
		if id := issuer.Member("id"); id != nil {
			k.url(id, onIssuer, "id")
		} else if !issuing {
			k.missing(issuer, onIssuer, "id")
		}
		if t := issuer.Member("type"); t != nil {
			k.types(issuer, onIssuer)
		}
		k.titles(issuer)
	case !issuer.Is(strictjson.String) || !isURL(issuer.Text):
		k.find(issuer, Malformed, onIssuer, "issuer", "vcdm.party")
	}
}

// subjects checks credentialSubject: objects that say something (2.0, 4.8).
func (k *checker) subjects(v *strictjson.Value) {
	if v.Member("credentialSubject") == nil {
		k.missing(v, onSubject, "credentialSubject")
	}
	for _, s := range k.objects(v, onSubject, "credentialSubject") {
		if len(s.Members) == 0 {
			k.find(s, Malformed, onSubject, "credentialSubject", "vcdm.empty")
		}
		k.id(s)
	}
}

// statuses checks credentialStatus (2.0, 4.10), and the entries of bitstring
// lists by their own standard.
func (k *checker) statuses(v *strictjson.Value) {
	for _, s := range k.objects(v, onStatus, "credentialStatus") {
		k.id(s)
		if k.edition == v11 {
			k.requiredID(s, onStatus)
		}
		if k.types(s, onStatus) && s.Member("type").Has("BitstringStatusListEntry") {
			k.bitstring(s)
		}
	}
}

// bitstring checks an entry of a bitstring list (Bitstring Status List v1.0,
// 2.1).
func (k *checker) bitstring(s *strictjson.Value) {
	purpose := s.Member("statusPurpose")
	switch {
	case purpose == nil:
		k.missing(s, onStatus, "statusPurpose")
	case !purpose.Is(strictjson.String) || purpose.Text == "":
		k.find(purpose, Malformed, onStatus, "statusPurpose", "vcdm.string")
	}
	index := s.Member("statusListIndex")
	switch {
	case index == nil:
		k.missing(s, onStatus, "statusListIndex")
	case !index.Is(strictjson.String) || !isIndex(index.Text):
		k.find(index, Malformed, onStatus, "statusListIndex", "vcdm.status.index")
	}
	list := s.Member("statusListCredential")
	if list == nil {
		k.missing(s, onStatus, "statusListCredential")
	} else if k.url(list, onStatus, "statusListCredential") && s.Member("id").Has(list.Text) {
		// Its id names the entry, which is not the list.
		k.find(s.Member("id"), Malformed, onStatus, "id", "vcdm.status.id")
	}
	for _, r := range s.Member("statusReference").Values() {
		k.url(r, onStatus, "statusReference")
	}
	k.statusMessages(s)
}

// statusMessages checks statusSize, the bits of one status, and statusMessage,
// which names every status that fits into them. Of one bit it may be absent.
func (k *checker) statusMessages(s *strictjson.Value) {
	bits := 1
	if size := s.Member("statusSize"); size != nil {
		n, err := strconv.Atoi(size.Text)
		if !size.Is(strictjson.Number) || err != nil || n < 1 || n > 64 {
			k.find(size, Malformed, onStatus, "statusSize", "vcdm.status.size")
			return
		}
		bits = n
	}
	messages := s.Member("statusMessage")
	if messages == nil {
		if bits > 1 {
			k.missing(s, onStatus, "statusMessage")
		}
		return
	}
	// A list of all statuses of more bits could not be written into a document
	// that is small enough to be read.
	if !messages.Is(strictjson.Array) || bits > 16 || len(messages.Items) != 1<<bits {
		k.find(messages, Malformed, onStatus, "statusMessage", "vcdm.status.messages")
		return
	}
	seen := map[string]bool{}
	for _, m := range messages.Items {
		status := m.Member("status")
		if !status.Is(strictjson.String) || !m.Member("message").Is(strictjson.String) || !isStatus(status.Text, bits) || seen[normal(status.Text)] {
			k.find(m, Malformed, onStatus, "statusMessage", "vcdm.status.message")
			return
		}
		seen[normal(status.Text)] = true
	}
}

func normal(status string) string {
	return strings.TrimLeft(strings.ToLower(strings.TrimPrefix(status, "0x")), "0")
}

// isStatus tells whether a text is a hexadecimal number, such as "0x1", of so
// many bits.
func isStatus(s string, bits int) bool {
	digits, ok := strings.CutPrefix(s, "0x")
	if !ok || digits == "" {
		return false
	}
	_, err := strconv.ParseUint(digits, 16, bits)
	return err == nil && !strings.ContainsAny(digits, "_+-")
}

// isIndex tells whether a text is a whole number in base 10, written in the one
// way.
func isIndex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (s == "0" || s[0] != '0')
}

// requiredID checks that an object has an id; id checks which.
func (k *checker) requiredID(v *strictjson.Value, s section) {
	if id := v.Member("id"); id != nil {
		k.url(id, s, "id")
	} else {
		k.missing(v, s, "id")
	}
}

// refreshing checks refreshService (2.0, 5.4), the type of which says what else it
// takes. 1.1 wants an id.
func (k *checker) refreshing(v *strictjson.Value) {
	for _, r := range k.objects(v, onRefreshing, "refreshService") {
		k.types(r, onRefreshing)
		if k.edition == v11 {
			k.requiredID(r, onRefreshing)
			continue
		}
		k.id(r)
	}
}

// extensions checks the other objects that must name their type.
func (k *checker) extensions(v *strictjson.Value) {
	for _, p := range []struct {
		name string
		section
	}{
		{"termsOfUse", onTerms}, {"evidence", onEvidence}, {"confidenceMethod", onReserved}, {"renderMethod", onReserved},
	} {
		for _, o := range k.objects(v, p.section, p.name) {
			k.types(o, p.section)
			k.id(o)
		}
	}
}

// proofs checks the shape of proofs only; what is in them is the business of
// package proof/integrity.
func (k *checker) proofs(v *strictjson.Value) {
	for _, p := range k.objects(v, onSecuring, "proof") {
		k.types(p, onSecuring)
	}
}
