package vcdm

import (
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// holder checks the holder of a presentation: a URL, or an object with a URL as
// its id (2.0, 4.13).
func (k *checker) holder(v *strictjson.Value) {
	holder := v.Member("holder")
	switch {
	case holder == nil:
	case holder.Is(strictjson.Object):
		k.requiredID(holder, onPresentation)
	case !holder.Is(strictjson.String) || !isURL(holder.Text):
		k.find(holder, Malformed, onPresentation, "holder", "vcdm.party")
	}
}

// presentation checks a presentation and what is in it.
func (k *checker) presentation(v *strictjson.Value) {
	k.edition = editionOf(v)
	if k.edition == v20 && enveloped(v, typeEnvelopedVP) {
		k.envelope(v, onEnvelopedVP, typeEnvelopedVP)
		return
	}
	k.contexts(v)
	k.id(v)
	k.typed(v, "VerifiablePresentation")
	k.holder(v)
	for _, c := range k.objects(v, onPresentation, "verifiableCredential") {
		k.credential(c, false)
	}
	for _, t := range k.objects(v, onTerms, "termsOfUse") {
		k.types(t, onTerms)
		k.id(t)
	}
	k.proofs(v)
}

const (
	typeEnvelopedVC = "EnvelopedVerifiableCredential"
	typeEnvelopedVP = "EnvelopedVerifiablePresentation"
)

// enveloped tells whether an object is an envelope, also one that does not say
// so as it should: it names the type among others, or is a data: URL that says
// nothing of its own.
func enveloped(v *strictjson.Value, envelope string) bool {
	if v.Member("type").Has(envelope) {
		return true
	}
	id := v.Member("id")
	return id.Is(strictjson.String) && strings.HasPrefix(strings.ToLower(id.Text), "data:") && v.Member("type") == nil
}

// envelopes are the media types that an envelope of a kind may have: those of
// Securing Verifiable Credentials using JOSE and COSE, their names in its
// drafts, and the general one of JWT.
var envelopes = map[string][]string{
	typeEnvelopedVC: {
		"application/vc+jwt", "application/vc+sd-jwt", "application/vc+cose",
		"application/vc-ld+jwt", "application/vc-ld+sd-jwt", "application/vc-ld+cose", "application/jwt",
	},
	typeEnvelopedVP: {
		"application/vp+jwt", "application/vp+sd-jwt", "application/vp+cose",
		"application/vp-ld+jwt", "application/vp-ld+sd-jwt", "application/vp-ld+cose", "application/jwt",
	},
}

// envelope checks an envelope: its context, its one type, and an id that is a
// data: URL (RFC 2397) of the right media type with something in it.
func (k *checker) envelope(v *strictjson.Value, s section, envelope string) {
	k.contexts(v)
	if k.types(v, s) {
		if t := v.Member("type").Values(); len(t) != 1 || t[0].Text != envelope {
			k.find(v.Member("type"), Malformed, s, "type", "vcdm.envelope.type", "Value", envelope)
		}
	}
	id := v.Member("id")
	if id == nil {
		k.missing(v, s, "id")
		return
	}
	if !k.url(id, s, "id") {
		return
	}
	head, data, ok := strings.Cut(id.Text, ",")
	scheme, media, isData := strings.Cut(head, ":")
	media, _, _ = strings.Cut(media, ";")
	media = strings.ToLower(media)
	switch {
	case !ok || !isData || !strings.EqualFold(scheme, "data") || data == "":
		k.find(id, Malformed, s, "id", "vcdm.envelope.data")
	case !slices.Contains(envelopes[envelope], media):
		k.find(id, Malformed, s, "id", "vcdm.envelope.media")
	case strings.HasSuffix(media, "jwt") && !strings.HasSuffix(media, "sd-jwt") && !isCompactJWS(data):
		k.find(id, Malformed, s, "id", "vcdm.envelope.data")
	}
}

// isCompactJWS tells whether a text has the three parts of a compact JWS
// (RFC 7515, 7.1).
func isCompactJWS(s string) bool {
	parts := strings.Split(s, ".")
	for _, p := range parts {
		if p == "" || strings.Trim(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return len(parts) == 3
}
