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
	"github.com/probatum/probatum/proof/pades"
)

// open tells what kind of file the bytes are and takes it out of its envelope.
// People send what they have, so that what cannot be checked is named.
func (r *run) open(data []byte) bool {
	text := bytes.TrimSpace(data)
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
	case text[0] == '<':
		return r.fail(Format, proof.Malformed, "verify.format.html", nil)
	case link(text):
		return r.fail(Format, proof.Malformed, "verify.format.link", nil)
	case tokens(text, '~'):
		return r.fail(Format, proof.Type, "verify.format.form", nil)
	case tokens(text):
		return r.parse(data)
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
		if root.has(name) {
			return r.parse(data)
		}
	}
	if inner, ok := root["credential"]; ok && len(root) <= 2 { // as uploaded to the Commission's issuer
		if members, err := strictjson.Members(inner); err == nil {
			root = object(members)
		}
	}
	switch {
	case !root.has("@context") && !root.has("credentialSubject"):
		return r.fail(Format, proof.Type, "verify.format.other", nil)
	case root.has("proof") && !empty(root["proof"]):
		return r.fail(Format, proof.Type, "verify.format.form", nil)
	}
	// A credential that nobody sealed. Its form may be right; that is not what
	// the reader needs to hear.
	r.notDone(Format, "", "verify.unreached")
	return r.fail(Seal, proof.Proof, "verify.seal.none", nil)
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
	r.file, r.report.Form = f, credential.EDC
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
