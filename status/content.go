package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof/jose"
)

// Bounds of what a list says of itself.
const (
	maxPurposes = 8
	maxTTL      = 365 * 24 * time.Hour // what is longer is cut
)

// A credentialList is what a BitstringStatusListCredential says (Bitstring
// Status List 1.0, 2.2), before anything is inflated.
type credentialList struct {
	url, issuer string
	from, until time.Time
	purposes    []Purpose
	size        int // zero where it does not say
	encoded     string
	ttl         time.Duration
}

var errShape = errors.New("the list does not have the form that the standard asks for")

const (
	listType    = "BitstringStatusListCredential"
	subjectType = "BitstringStatusList"
)

// readCredential reads the document of a list. It must keep the rules of the
// data model, have the id url, and no status of its own, which nobody would look
// up. Where it was had from url itself it may also have no id.
func readCredential(doc []byte, url string, fetched bool) (*credentialList, error) {
	if findings := vcdm.CheckCredential(doc, vcdm.Options{}); len(findings) > 0 {
		return nil, wrong("status.list.malformed", fmt.Errorf("%s at %s", findings[0].Rule, findings[0].Path))
	}
	v, err := strictjson.Parse(doc)
	if err != nil {
		return nil, wrong("status.list.malformed", err)
	}
	if c := v.Member("@context").Values(); len(c) == 0 || c[0].Text != contexts.CredentialsV2 {
		return nil, wrong("status.list.malformed", errors.New("no credential of the VC Data Model 2.0"))
	}
	subject, err := subjectOf(v)
	if err != nil {
		return nil, err
	}
	if exactNames(v, "id", "type", "issuer", "credentialSubject", "credentialStatus", "validFrom", "validUntil") != nil ||
		exactNames(subject, "id", "type", "statusPurpose", "encodedList", "ttl", "statusSize") != nil || v.Member("credentialStatus") != nil {
		return nil, wrong("status.list.malformed", errShape)
	}
	if id := v.Member("id"); (id != nil || !fetched) && (!id.Is(strictjson.String) || id.Text != url) {
		return nil, wrong("status.list.other", errors.New("the id of the list is not the address that it was asked for at"))
	}
	c := &credentialList{url: url}
	issuer := v.Member("issuer")
	if issuer.Is(strictjson.Object) {
		issuer = issuer.Member("id")
	}
	c.issuer = issuer.Text
	var findings []vcdm.Finding
	if c.from, c.until, findings = vcdm.Validity(doc); len(findings) > 0 {
		return nil, wrong("status.list.malformed", errShape)
	}
	if err := c.readSubject(subject); err != nil {
		return nil, wrong("status.list.malformed", err)
	}
	if !slices.ContainsFunc(c.purposes, func(p Purpose) bool { return slices.Contains(judged, p) }) {
		return nil, wrong("status.list.malformed", errors.New("a list of no purpose that is known"))
	}
	return c, nil
}

// judged are the purposes of lists that are used here.
var judged = []Purpose{Revocation, Suspension, Message, Refresh}

// subjectOf gives the one subject of a list.
func subjectOf(v *strictjson.Value) (*strictjson.Value, error) {
	subjects := v.Member("credentialSubject").Values()
	if !v.Member("type").Has(listType) || len(subjects) != 1 || !subjects[0].Member("type").Has(subjectType) {
		return nil, wrong("status.list.kind", errors.New("no BitstringStatusListCredential with one BitstringStatusList"))
	}
	return subjects[0], nil
}

// CheckForm holds a credential that says it is a status list against what the
// standard asks of one (Bitstring Status List 1.0, 2.2): one subject of the right
// type, with a purpose and a list that is long enough. Whose it is and whether
// its purpose is known does not matter. Of any other credential it says nothing.
// The error is always an *Error.
func CheckForm(doc []byte) error {
	v, err := strictjson.Parse(doc)
	if err != nil {
		return wrong("status.list.malformed", err)
	}
	if !v.Member("type").Has(listType) {
		return nil
	}
	subject, err := subjectOf(v)
	if err != nil {
		return err
	}
	var c credentialList
	if err := c.readSubject(subject); err != nil {
		return wrong("status.list.malformed", err)
	}
	_, err = c.list(SignerOf{})
	return err
}

func (c *credentialList) readSubject(v *strictjson.Value) error {
	purposes := v.Member("statusPurpose").Values()
	if len(purposes) == 0 || len(purposes) > maxPurposes {
		return errShape
	}
	for _, p := range purposes {
		if !p.Is(strictjson.String) || p.Text == "" || len(p.Text) > maxPurpose {
			return errShape
		}
		c.purposes = append(c.purposes, Purpose(p.Text))
	}
	if size := v.Member("statusSize"); size != nil {
		n, err := strconv.Atoi(size.Text)
		if !size.Is(strictjson.Number) || err != nil || !validSize(n) {
			return errShape
		}
		c.size = n
	}
	list := v.Member("encodedList")
	if !list.Is(strictjson.String) || len(list.Text) < 2 || list.Text[:1] != multibaseBase64URL {
		return errShape
	}
	c.encoded = list.Text[1:]
	if ttl := v.Member("ttl"); ttl != nil {
		if !ttl.Is(strictjson.Number) {
			return errShape
		}
		var err error
		c.ttl, err = parseTTL(ttl.Text, time.Millisecond)
		return err
	}
	return nil
}

// parseTTL reads a time to live. One of zero is as short as can be.
func parseTTL(number string, unit time.Duration) (time.Duration, error) {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, errors.New("a time to live that is none")
	}
	if n >= float64(maxTTL/unit) {
		return maxTTL, nil
	}
	return max(time.Duration(n*float64(unit)), time.Millisecond), nil
}

// checkTimes says whether the list may be used at a time (VC Data Model 2.0,
// 4.9).
func (c *credentialList) checkTimes(at time.Time) error {
	switch {
	case !c.from.IsZero() && at.Add(Skew).Before(c.from):
		return outOfTime(errors.New("the list is not valid yet"))
	case !c.until.IsZero() && at.Add(-Skew).After(c.until):
		return outOfTime(errors.New("the list has expired"))
	}
	return nil
}

// list inflates the entries.
func (c *credentialList) list(s SignerOf) (*List, error) {
	data, err := jose.DecodeBase64URL(c.encoded)
	if err != nil {
		return nil, wrong("status.list.malformed", fmt.Errorf("reading encodedList: %w", err))
	}
	size := max(c.size, 1)
	inflated, err := gunzip(data, maxBytes)
	b := bits{data: inflated, order: leftFirst}
	switch {
	case errors.Is(err, errLarge):
		return nil, wrong("status.list.large", errLarge)
	case err != nil:
		return nil, wrong("status.list.malformed", fmt.Errorf("inflating encodedList: %w", err))
	case len(inflated) < minBytes, b.count(size) < Entries:
		return nil, refuse(Length, "status.list.short", fmt.Errorf("%d bytes", len(inflated)))
	}
	return &List{
		Kind: Bitstring, URL: c.url, Purposes: c.purposes, Size: c.size,
		Signer: s, SignedAt: c.from, Expires: c.until, TTL: c.ttl, bits: b,
	}, nil
}

// A tokenList is what a token of type statuslist+jwt says (Token Status List,
// 5.1), before anything is inflated.
type tokenList struct {
	claims  jose.Claims
	size    int
	encoded string
	ttl     time.Duration
}

// readToken reads the payload of a token list. sub must be url.
func readToken(payload []byte, url string) (*tokenList, error) {
	claims, err := jose.ParseClaims(payload)
	if err != nil {
		return nil, wrong("status.list.malformed", err)
	}
	var w struct {
		TTL  json.RawMessage `json:"ttl"`
		List *struct {
			Bits int    `json:"bits"`
			List string `json:"lst"`
		} `json:"status_list"`
	}
	if err := strictjson.Decode(payload, &w); err != nil {
		return nil, wrong("status.list.malformed", err)
	}
	switch {
	case w.List == nil:
		return nil, wrong("status.list.kind", errors.New("a token without status_list"))
	case claims.Subject != url:
		return nil, wrong("status.list.other", errors.New("sub is not the address that the list was asked for at"))
	case claims.IssuedAt.IsZero(), w.List.List == "":
		return nil, wrong("status.list.malformed", errors.New("iat or lst is missing"))
	}
	t := &tokenList{claims: claims, size: w.List.Bits, encoded: w.List.List}
	switch t.size {
	case 1, 2, 4, 8:
	default:
		return nil, wrong("status.list.malformed", errors.New("bits is not 1, 2, 4 or 8"))
	}
	if w.TTL != nil {
		n, _ := strconv.ParseFloat(string(w.TTL), 64)
		if t.ttl, err = parseTTL(string(w.TTL), time.Second); err != nil || n == 0 {
			return nil, wrong("status.list.malformed", errors.New("ttl is no positive number"))
		}
	}
	return t, nil
}

// list inflates the entries.
func (t *tokenList) list(s SignerOf) (*List, error) {
	data, err := jose.DecodeBase64URL(t.encoded)
	if err != nil {
		return nil, wrong("status.list.malformed", fmt.Errorf("reading lst: %w", err))
	}
	inflated, err := unzlib(data, min(maxBytes, maxEntries*t.size/8))
	switch {
	case errors.Is(err, errLarge):
		return nil, wrong("status.list.large", errLarge)
	case err != nil:
		return nil, wrong("status.list.malformed", fmt.Errorf("inflating lst: %w", err))
	}
	return &List{
		Kind: Token, URL: t.claims.Subject, Size: t.size,
		Signer: s, SignedAt: t.claims.IssuedAt, Expires: t.claims.Expires, TTL: t.ttl,
		bits: bits{data: inflated, order: rightFirst},
	}, nil
}

// Peek tells which list some bytes are of, for whoever has to file them. Nothing
// about them is verified.
func Peek(data []byte) (url string, err error) {
	typ, err := typeOf(data)
	if err != nil {
		return "", fmt.Errorf("looking into a status list: %w", err)
	}
	doc := data
	if typ != "" {
		if doc, err = payloadOf(data); err != nil {
			return "", fmt.Errorf("looking into a status list: %w", err)
		}
	}
	var w struct {
		ID      string `json:"id"`
		Subject string `json:"sub"`
	}
	if err := strictjson.Decode(doc, &w); err != nil {
		return "", fmt.Errorf("looking into a status list: %w", err)
	}
	switch typ {
	case typeToken:
		url = w.Subject
	case "", jose.TypeVC:
		url = w.ID
	}
	if err := checkURL(url); err != nil {
		return "", fmt.Errorf("looking into a status list: %w", err)
	}
	return url, nil
}
