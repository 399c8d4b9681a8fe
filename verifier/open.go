package verifier

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/pades"
	"github.com/probatum/probatum/proof/sdjwt"
)

// open tells what kind of file the bytes are and takes it out of its envelope.
// People send what they have, so that what cannot be checked is named.
func (r *run) open(data []byte) bool {
	text := bytes.TrimSpace(data)
	token, pasted := pastedToken(text)
	switch {
	case len(text) == 0:
		return r.fail(Format, proof.Malformed, "verify.format.empty", nil)
	case text[0] != '{' && bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")):
		return r.openPDF(data)
	case picture(text):
		return r.fail(Format, proof.Malformed, "verify.format.picture", nil)
	case len(data) > strictjson.DefaultMaxBytes:
		return r.fail(Format, proof.Resources, "verify.format.large", map[string]any{"Max": strictjson.DefaultMaxBytes >> 20})
	case text[0] == '{':
		return r.openJSON(data)
	case pasted && (tokens(token) || tokens(token, '~')):
		return r.openToken(token, token)
	case pasted:
		return r.fail(Format, proof.Malformed, "proof.malformed.token", nil)
	case bytes.Contains(text, []byte("-----BEGIN ")) && bytes.Contains(text, []byte("PRIVATE KEY")): // RFC 7468
		return r.fail(Format, proof.Type, "verify.format.secret", nil)
	case bytes.HasPrefix(text, []byte("-----BEGIN PUBLIC KEY-----")):
		return r.fail(Format, proof.Type, "verify.format.keys", nil)
	case text[0] == '<':
		return r.fail(Format, proof.Malformed, "verify.format.html", nil)
	case link(text):
		return r.fail(Format, proof.Malformed, "verify.format.link", nil)
	case tokens(text), tokens(text, '~'):
		return r.openToken(data, text)
	}
	return r.fail(Format, proof.Malformed, "verify.format.unknown", nil)
}

// openPDF takes the sealed file out of a certificate for people. What is
// printed around it is not covered by the seal: that is a check of its own.
func (r *run) openPDF(data []byte) bool {
	r.report.Form = credential.PDF
	if len(data) > strictjson.DefaultMaxBytes {
		return r.fail(Format, proof.Resources, "verify.format.pdf.large", map[string]any{"Max": strictjson.DefaultMaxBytes >> 20})
	}
	attached, err := pades.Attached(data)
	if err != nil {
		return r.fail(Format, proof.Resources, "verify.format.heavy", nil)
	}
	attached = slices.DeleteFunc(attached, func(file []byte) bool {
		text := bytes.TrimSpace(file)
		return len(text) == 0 || text[0] != '{'
	})
	switch len(attached) {
	case 0:
		return r.fail(Format, proof.Type, "verify.format.pdf", nil)
	case 1:
	default:
		return r.fail(Format, proof.Proof, "verify.format.pdf.several", nil)
	}
	if !r.openJSON(attached[0]) {
		return false
	}
	r.report.Form = credential.PDF
	r.notDone(Evidence, proof.Proof, "verify.evidence.print")
	return true
}

// openJSON tells the JSON files apart by the members at the top.
func (r *run) openJSON(data []byte) bool {
	members, err := strictjson.Members(data)
	if err != nil {
		return r.refuseJSON(err)
	}
	root := object(members)
	for _, name := range []string{"payload", "signatures", "signature", "protected"} {
		if root.has(name) && !root.has("@context") {
			return r.parse(data)
		}
	}
	if inner, ok := root["credential"]; ok && len(root) <= 2 { // as uploaded to the Commission's issuer
		if members, err := strictjson.Members(inner); err == nil {
			root, data = object(members), inner
		}
	}
	switch {
	case root.has("verificationMethod") || !root.has("credentialSubject") && (root.has("keys") || root.has("kty")):
		if anyName(data, func(name string) bool { return slices.Contains(secrets, name) }) {
			return r.fail(Format, proof.Type, "verify.format.secret", nil)
		}
		return r.fail(Format, proof.Type, "verify.format.keys", nil)
	case !root.has("@context") && !root.has("credentialSubject"):
		return r.fail(Format, proof.Type, "verify.format.other", nil)
	case root.has("proof") && !empty(root["proof"]):
		if err := strictjson.Check(data, strictjson.MaxValues(maxValues)); err != nil {
			return r.refuseJSON(err)
		}
		if nearlyKnown(data) {
			return r.fail(Format, proof.Malformed, "verify.format.case", nil)
		}
		r.mechanism = &inside{w3c: w3c{party: party{run: r}, root: root}, raw: data}
		return true
	}
	// A credential that nobody sealed. Its form may be right; that is not what
	// the reader needs to hear.
	r.notDone(Format, "", "verify.unreached")
	return r.fail(Seal, proof.Proof, "verify.seal.none", nil)
}

// secrets are the members in which keys that must stay secret stand (RFC 7518,
// 6.2.2, 6.3.2 and 6.4.1; Controlled Identifiers 1.0, 2.2.2).
var secrets = []string{"d", "k", "privateKeyJwk", "privateKeyMultibase", "secretKeyJwk", "secretKeyMultibase"}

// pastedToken gives the token that somebody pasted, without what got round it on
// its way to the clipboard: quotation marks, the name of an HTTP scheme. A token
// begins with an object in base64url.
func pastedToken(text []byte) (token []byte, ok bool) {
	const round = " \t\r\n\"'`“”„‚‘’«»‹›"
	text = bytes.Trim(text, round)
	if scheme := "bearer "; len(text) > len(scheme) && strings.EqualFold(string(text[:len(scheme)]), scheme) {
		text = bytes.Trim(text[len(scheme):], round)
	}
	if !bytes.HasPrefix(text, []byte("eyJ")) {
		return nil, false
	}
	return text, true
}

// openToken tells the compact forms apart by the type in the header.
func (r *run) openToken(data, text []byte) bool {
	parts := bytes.IndexByte(text, '~') > 0
	switch typ, err := tokenType(text); {
	case typ == jose.TypeVC && !parts:
		return r.openVC(text)
	case typ == sdjwt.TypeVC, typ == sdjwt.TypeW3C, err != nil && parts:
		return r.openSD(text)
	case strings.TrimPrefix(strings.ToLower(typ), "application/") == "statuslist+jwt":
		return r.fail(Format, proof.Type, "verify.format.statuslist", nil)
	case typ == jose.TypeVP, typ == sdjwt.TypePresentation:
		return r.fail(Format, proof.Type, "verify.format.presentation", nil)
	case parts:
		return r.fail(Format, proof.Type, "verify.format.form", nil)
	}
	return r.parse(data)
}

// tokenType looks up the type in the header of a token, empty where it has none.
// Everything else about the header is left to whoever reads it.
func tokenType(text []byte) (string, error) {
	head, _, _ := bytes.Cut(text, []byte{'.'})
	raw, err := jose.DecodeBase64URL(string(head))
	if err != nil {
		return "", err
	}
	list, err := strictjson.Members(raw)
	if err != nil {
		return "", err
	}
	if typ, ok := texts(object(list)["typ"]); ok && len(typ) == 1 {
		return jose.ShortType(typ[0]), nil
	}
	return "", nil
}

// parse reads a seal.
func (r *run) parse(data []byte) bool {
	f, err := jades.Parse(data)
	if err != nil {
		if e, ok := errors.AsType[*proof.Error](err); ok && e.Code != proof.Malformed && e.Code != proof.Resources && bytes.IndexByte(data, '{') >= 0 {
			r.report.Form = credential.EDC
		}
		return r.refuse(err)
	}
	r.mechanism, r.report.Form = &seal{run: r, file: f}, credential.EDC
	return true
}

// refuseJSON records text that strictjson refused.
func (r *run) refuseJSON(err error) bool {
	e, ok := errors.AsType[*strictjson.Error](err)
	switch {
	case ok && e.Kind == strictjson.TooBig:
		return r.fail(Format, proof.Resources, "verify.format.heavy", nil)
	case ok && e.Ambiguous:
		return r.fail(Format, proof.Malformed, "verify.format.twice", nil)
	}
	return r.fail(Format, proof.Malformed, "verify.format.damaged", nil)
}

// picture tells images, and archives, by their first bytes.
func picture(text []byte) bool {
	for _, magic := range []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "RIFF", "II*\x00", "MM\x00*", "BM", "PK\x03\x04"} {
		if bytes.HasPrefix(text, []byte(magic)) {
			return true
		}
	}
	return len(text) > 12 && string(text[4:8]) == "ftyp" // HEIC, as telephones take them
}

func link(text []byte) bool {
	s := strings.ToLower(string(text[:min(len(text), 8)]))
	return len(text) < 4096 && !bytes.ContainsAny(text, " \n\t") && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://"))
}

// tokens tells base64url parts separated by full stops, three of them, and
// further ones behind the given separator.
func tokens(text []byte, separator ...byte) bool {
	stops := 0
	for _, c := range text {
		switch {
		case c == '.':
			stops++
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		case len(separator) > 0 && c == separator[0]:
		default:
			return false
		}
	}
	if len(separator) > 0 {
		return stops >= 2 && bytes.IndexByte(text, separator[0]) > 0
	}
	return stops == 2
}

func empty(raw []byte) bool {
	switch string(bytes.Join(bytes.Fields(raw), nil)) {
	case "", "null", "{}", "[]", `""`:
		return true
	}
	return false
}
