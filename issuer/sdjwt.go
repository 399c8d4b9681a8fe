package issuer

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha3"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
)

// places is how many digests an SD-JWT VC of ours has, decoys among them, so
// that their number does not tell which claims there are.
const places = 16

// An sdJWT makes SD-JWT VCs (draft-ietf-oauth-sd-jwt-vc-24): flat claims and the
// complete document of the European Learning Model, each of which the holder may
// leave out. The issuer is who the certificate names (2.5).
type sdJWT struct {
	i      *Issuer
	to     holder
	header jose.TokenHeader
	vct    string
	digest string   // vct#integrity
	seed   [32]byte // of the salts of one copy
}

func newSDJWT(i *Issuer, h holder) (mechanism, error) {
	leaf := i.c.Chain.Leaf
	alg, err := keys.TokenAlgorithm(leaf.PublicKey)
	if err != nil || alg == keys.ES512 {
		return nil, unfit(credential.SDJWT, err)
	}
	if selfSigned(leaf) {
		// OpenID4VC High Assurance Interoperability Profile 1.0, 6.1.1.
		return nil, fault.New(fault.Invalid, "issue.form.selfsigned", nil).With("Form", string(credential.SDJWT))
	}
	thumbprint, err := keys.Thumbprint(leaf.PublicKey)
	if err != nil {
		return nil, err
	}
	s := &sdJWT{i: i, to: h, vct: sdjwt.AwardType(i.c.PublicURL), header: jose.TokenHeader{
		Algorithm: alg, Type: sdjwt.TypeVC, KeyID: thumbprint, Certificates: i.c.Chain.Certificates(),
	}}
	s.digest = sdjwt.Integrity(sdjwt.TypeMetadata(s.vct))
	if _, err := rand.Read(s.seed[:]); err != nil {
		return nil, err
	}
	return s, nil
}

// selfSigned tells a certificate that vouches for itself, whatever it may sign.
func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// An sdPayload is what an SD-JWT VC of ours says when all is disclosed.
type sdPayload struct {
	Issuer    string `json:"iss,omitzero"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	Expires   int64  `json:"exp,omitzero"`
	Type      string `json:"vct"`
	Integrity string `json:"vct#integrity"`

	Confirmation *confirmation   `json:"cnf,omitzero"`
	Status       json.RawMessage `json:"status,omitzero"`

	flatClaims

	ELM json.RawMessage `json:"elm"`
}

type confirmation struct {
	JWK json.RawMessage `json:"jwk"`
}

// input makes the token without its signature and all disclosures. Salts come
// from the seed and the id, so that the same copy is made of the same bytes.
func (s *sdJWT) input(_ context.Context, d credential.Draft, id credential.ID, entries []status.Entry, at time.Time) ([]byte, error) {
	doc, err := elmOf(d, id)
	if err != nil {
		return nil, fmt.Errorf("writing draft %s as sd-jwt: %w", d.ID, err)
	}
	p := sdPayload{
		Issuer: s.iss(d.Body), IssuedAt: at.UTC().Truncate(24 * time.Hour).Unix(), // the same for all copies of a day
		NotBefore: d.ValidFrom.Unix(), Type: s.vct, Integrity: s.digest, ELM: doc,
	}
	if !d.ValidUntil.IsZero() {
		p.Expires = d.ValidUntil.Unix()
	}
	if s.to.jwk != nil {
		p.Confirmation = &confirmation{s.to.jwk}
	}
	if p.Status, err = tokenStatus(entries); err != nil {
		return nil, err
	}
	c, err := elm.Parse(doc)
	if err != nil {
		return nil, err
	}
	if p.flatClaims, err = flatten(c); err != nil {
		return nil, fmt.Errorf("writing draft %s as sd-jwt: %w", d.ID, err)
	}
	if err := s.holds(id, p); err != nil {
		return nil, err
	}
	payload, err := compact(p)
	if err != nil {
		return nil, err
	}
	names, err := disclosable(p)
	if err != nil {
		return nil, err
	}
	var paths []sdjwt.Path
	for _, name := range names {
		paths = append(paths, sdjwt.Path{sdjwt.Member(name)})
	}
	return sdjwt.Issue(payload, paths, s.header, sdjwt.IssueOptions{
		Random: s.random(id), Decoys: func(n int) int { return max(0, places-n) },
	})
}

// elmOf writes the complete document of a draft under an id: that of vc-di but
// for status and proof, with the issuer under the id that the draft gives it.
func elmOf(d credential.Draft, id credential.ID) ([]byte, error) {
	if err := writable(d, id, credential.SDJWT); err != nil {
		return nil, err
	}
	c, err := document20(d, id, nil)
	if err != nil {
		return nil, err
	}
	return elm.Marshal(c)
}

// iss names the issuer by its address, if the certificate has it (SD-JWT VC,
// 2.5); else the certificate alone names it.
func (s *sdJWT) iss(body string) string {
	address := s.i.c.PublicURL + "/oid4vci/" + body
	if s.certified(address) {
		return address
	}
	return ""
}

var issuerPath = regexp.MustCompile(`^/oid4vci/[a-z0-9-]{2,40}$`)

// certified tells whether the certificate names an address of this issuer: as a
// URI, letter for letter, or by its host.
func (s *sdJWT) certified(address string) bool {
	path, ok := strings.CutPrefix(address, s.i.c.PublicURL)
	if s.i.c.PublicURL == "" || !ok || !issuerPath.MatchString(path) {
		return false
	}
	leaf := s.i.c.Chain.Leaf
	u, err := url.Parse(address)
	return slices.ContainsFunc(leaf.URIs, func(u *url.URL) bool { return u.String() == address }) ||
		err == nil && slices.Contains(leaf.DNSNames, u.Hostname())
}

// tokenStatus writes the one entry (Token Status List, 6.2), or nothing where
// there is none.
func tokenStatus(entries []status.Entry) (json.RawMessage, error) {
	type list struct {
		Index int    `json:"idx"`
		URI   string `json:"uri"`
	}
	switch {
	case len(entries) == 0:
		return nil, nil
	case len(entries) > 1 || entries[0].Kind != status.Token || entries[0].URL == "":
		return nil, fmt.Errorf("%d status entries, the first in a list of kind %q at %q", len(entries), entries[0].Kind, entries[0].URL)
	}
	return compact(map[string]list{"status_list": {entries[0].Index, entries[0].URL}})
}

// random gives the salts of the copy with an id: SHAKE256 over the seed and the
// id. The seed is kept nowhere.
func (s *sdJWT) random(id credential.ID) io.Reader {
	x := sha3.NewSHAKE256()
	_, _ = x.Write(s.seed[:]) // never fails
	_, _ = io.WriteString(x, string(id))
	return x
}

// disclosable names the claims that the holder may leave out.
func disclosable(p sdPayload) ([]string, error) {
	flat, err := compact(p.flatClaims)
	if err != nil {
		return nil, err
	}
	members, err := strictjson.Members(flat)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range members {
		names = append(names, m.Name)
	}
	return append(names, sdjwt.ClaimELM), nil
}

// compact writes JSON without escapes for HTML.
func compact(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// holds tells whether a payload is one that this certificate gives under an id:
// its document keeps the rules and names the owner, its flat claims and times are
// those of the document, and it is for the holder.
func (s *sdJWT) holds(id credential.ID, p sdPayload) error {
	c, err := elm.Parse(p.ELM)
	if err != nil {
		return err
	}
	switch {
	case c.ID != string(id):
		return fmt.Errorf("the bytes are those of %q", c.ID)
	case !s.i.owns(c.Issuer, s.i.issuerID()):
		return errOtherIssuer
	case p.Type != s.vct:
		// Its status list and its type would be at an address that is not ours.
		return fault.New(fault.Conflict, "issue.reservation.address", nil).With("ID", string(id))
	case p.Integrity != s.digest:
		return errors.New("the type is another")
	case p.Issuer != "" && !s.certified(p.Issuer):
		return errors.New("the certificate does not have the address of the issuer")
	case p.IssuedAt%int64(24*time.Hour/time.Second) != 0:
		return errors.New("the time of issuance tells more than the day")
	}
	if err := s.holdsTimes(p, c); err != nil {
		return err
	}
	if err := s.holdsHolder(p.Confirmation); err != nil {
		return err
	}
	if p.Status != nil {
		ref, err := status.ParseTokenStatus(p.Status)
		if err != nil {
			return err
		}
		if !strings.HasPrefix(ref.URL, status.URL(s.i.c.PublicURL, status.Token, "")) {
			return errors.New("the status list is of somebody else")
		}
	}
	flat, err := flatten(c)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(flat, p.flatClaims) {
		return errors.New("the flat claims are not those of the document")
	}
	return checkVCDI(p.ELM)
}

func (s *sdJWT) holdsTimes(p sdPayload, c *elm.Credential) error {
	from, err := c.ValidFrom.Time()
	if err != nil {
		return err
	}
	var end int64
	if c.ValidUntil != "" {
		until, err := c.ValidUntil.Time()
		if err != nil {
			return err
		}
		end = until.Unix()
	}
	if p.NotBefore != from.Unix() || p.Expires != end {
		return errors.New("the times are not those of the document")
	}
	return nil
}

func (s *sdJWT) holdsHolder(cnf *confirmation) error {
	var named holder
	if cnf != nil {
		k, err := keys.ParseJWK(cnf.JWK)
		if err != nil {
			return err
		}
		if named, err = holderOf(k.Key); err != nil {
			return err
		}
	}
	if !s.to.anybody && named.thumbprint != s.to.thumbprint {
		return errors.New("the bytes are for another holder")
	}
	return nil
}

// policy is that of what we issue: nothing of the older drafts.
func (s *sdJWT) policy() sdjwt.Policy {
	p := sdjwt.PolicyOf(sdjwt.VC)
	p.Header.Types = []string{sdjwt.TypeVC}
	return p
}

func (s *sdJWT) mayFinish(_ context.Context, r Reservation) error {
	made, err := sdjwt.ParsePrepared(r.Input, s.policy())
	if err != nil {
		return err
	}
	return s.holdsAll(r, made.Header, made.Input, made.Payload, made.Disclosed)
}

// holdsAll tells whether a token with all its disclosures is what r promises.
func (s *sdJWT) holdsAll(r Reservation, h jose.Header, input, payload []byte, disclosed []sdjwt.Disclosure) error {
	if h.KeyID != s.header.KeyID || len(h.Certificates) == 0 || !h.Certificates[0].Equal(s.i.c.Chain.Leaf) {
		return otherCertificate(r)
	}
	head, err := jose.TokenInput(s.header, nil)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(input, head) {
		return errors.New("the header is another than this certificate gives")
	}
	var p sdPayload
	if err := strictjson.Decode(payload, &p, strictjson.DisallowUnknown()); err != nil {
		return err
	}
	want, err := disclosable(p)
	if err != nil {
		return err
	}
	var have []string
	for _, d := range disclosed {
		have = append(have, d.Path.String())
	}
	if !slices.Equal(have, want) {
		return fmt.Errorf("the holder could leave out %q, should be %q", have, want)
	}
	return s.holds(r.ID, p)
}

func (s *sdJWT) sign(_ context.Context, input []byte) ([]byte, error) {
	return sdjwt.Sign(s.i.c.Key, input)
}

func (s *sdJWT) verify(_ context.Context, r Reservation, file []byte) error {
	token, err := sdjwt.Parse(file, s.policy())
	if err != nil {
		return err
	}
	if err := token.Verify(s.i.c.Chain.Leaf.PublicKey); err != nil {
		return err
	}
	input, disclosures, _ := bytes.Cut(r.Input, []byte("~"))
	signature := base64.RawURLEncoding.EncodeToString(token.Token.Signature)
	if !bytes.Equal(file, slices.Concat(input, []byte("."+signature+"~"), disclosures)) {
		return errors.New("the file holds other bytes than were reserved")
	}
	return s.holdsAll(r, token.Token.Header, token.Token.Input, token.Payload(), token.Disclosed())
}
