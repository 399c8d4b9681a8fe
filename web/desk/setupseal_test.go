package desk_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/web/page/pagetest"
)

// certify is what a certification authority answers to a request: the certificate
// of a seal and its own, for a number of days.
func certify(t *testing.T, request []byte, from time.Time, days int) []byte {
	t.Helper()
	block, _ := pem.Decode(request)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		t.Fatalf("no request: %s", request)
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	end := from.AddDate(0, 0, days)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "DEMO CA", Organization: []string{"DEMO CA"}, Country: []string{"DE"}},
		NotBefore: from, NotAfter: end, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	root, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: csr.Subject, NotBefore: from, NotAfter: end, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	leaf.Subject.ExtraNames = csr.Subject.Names
	issued, err := x509.CreateCertificate(rand.Reader, leaf, ca, csr.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issued}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root})...)
}

// files are all files below the data directory but the database, with what is in
// them.
func (h *house) files() string {
	h.t.Helper()
	var all strings.Builder
	paths, err := filepath.Glob(filepath.Join(h.data, "keys", "*", "*"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			h.t.Fatal(err)
		}
		all.WriteString(path + "\n" + string(data))
	}
	return all.String()
}

func TestSealOfAnAuthority(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ready()
	if got := h.see("/b/nord/setup/seal").First(t, "h1 .badge").Text(); got != "trial" {
		t.Errorf("the seal is %q", got)
	}
	if w := h.get("/b/nord/setup/seal/request.pem"); w.Code != http.StatusNotFound {
		t.Errorf("a request that nobody made: %d", w.Code)
	}
	if got := h.goes("/b/nord/setup/seal/request", url.Values{"algorithm": {"ES256"}}); got != "/b/nord/setup/seal?done=requested" {
		t.Errorf("it leads to %s", got)
	}
	w := h.get("/b/nord/setup/seal/request.pem")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), "nord-seal-request.pem") {
		t.Fatalf("the request: %d", w.Code)
	}
	chain := certify(t, w.Body.Bytes(), h.now.Add(-time.Hour), 365)
	if n := h.see("/b/nord/setup/seal"); len(n.All(`a[href=/b/nord/setup/seal/certificate]`)) != 1 {
		t.Error("the page does not lead to where the certificate is brought")
	}
	h.see("/b/nord/setup/seal/certificate")
	if got := h.goes("/b/nord/setup/seal/certificate", nil, upload{"chain", "seal.pem", chain}); got != "/b/nord/setup/seal?done=installed" {
		t.Errorf("it leads to %s", got)
	}
	if s := h.standing(); s.Standing != body.Installed || s.Trial {
		t.Fatalf("the seal: %+v", s)
	}
	n := h.see("/b/nord/setup/seal")
	if got := n.One(t, "[data-field=authority] dd"); got != "DEMO CA" {
		t.Errorf("issued by %q", got)
	}
	if len(n.All("[data-trial]")) != 0 {
		t.Error("a trial seal is still offered")
	}
	if w := h.send(http.MethodPost, "/b/nord/setup/seal/trial", nil); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "No trial seal was made") {
		t.Errorf("a trial beside a real seal: %d", w.Code)
	}
	// 60 days before its end it waits on the start page.
	h.now = h.now.AddDate(0, 0, 310)
	waits, err := h.admin.Waits(t.Context(), h.ada)
	if err != nil || len(waits) != 1 || waits[0].Key != "desk.waits.seal.ends" || waits[0].Due.IsZero() {
		t.Errorf("waits: %+v, %v", waits, err)
	}
}

func TestCertificatesThatAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ready()
	// The other body has asked, too, and its certificate has come.
	h.actor = h.bo
	h.goes("/b/sued/setup/who", with(who, "legalName", "DEMO Süd gGmbH", "identifier", "VATDE-111111111"))
	h.goes("/b/sued/setup/seal/request", nil)
	theirs := certify(t, h.get("/b/sued/setup/seal/request.pem").Body.Bytes(), h.now.Add(-time.Hour), 365)
	h.actor = h.ada
	h.goes("/b/nord/setup/seal/request", nil)
	request := h.get("/b/nord/setup/seal/request.pem").Body.Bytes()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	before := h.files()
	good := certify(t, request, h.now.Add(-time.Hour), 365)
	for name, test := range map[string]struct {
		data []byte
		says string
	}{
		"PrivateKey":         {private, "private key"},
		"PrivateKeyBehind":   {append(append([]byte{}, good...), private...), "private key"},
		"OtherBodys":         {theirs, "another key"},
		"TheRequest":         {request, "This is the request"},
		"NoCertificate":      {[]byte("hello"), "no certificate in PEM form"},
		"NothingChosen":      {nil, "Please choose the file"},
		"Over":               {certify(t, request, h.now.AddDate(-2, 0, 0), 30), ""},
		"AuthorityFirst":     {good[strings.LastIndex(string(good), "-----BEGIN"):], "that of an authority"},
		"SomethingVeryLarge": {[]byte("-----BEGIN CERTIFICATE-----\n" + strings.Repeat("A", 600<<10)), ""},
	} {
		w := h.send(http.MethodPost, "/b/nord/setup/seal/certificate", nil, upload{"chain", "seal.pem", test.data})
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
			continue
		}
		text := pagetest.Parse(t, w).First(t, "#chain-chain-error").Text()
		if !strings.Contains(text, test.says) || text == "" {
			t.Errorf("%s: the field says %q", name, text)
		}
		if strings.Contains(w.Body.String(), "BEGIN PRIVATE") {
			t.Errorf("%s: the page shows the key", name)
		}
	}
	if h.files() != before {
		t.Error("something of what was refused is kept")
	}
	if s := h.standing(); s.Standing != body.Trial || !s.Waiting {
		t.Errorf("the seal: %+v", s)
	}
	// Before the form is shown, and for what it sends, the sign-in is of a moment ago.
	h.actor.SignedIn = h.now.Add(-access.FreshFor - time.Second)
	if w := h.get("/b/nord/setup/seal/certificate"); w.Code != http.StatusSeeOther {
		t.Errorf("the form after a stale sign-in: %d", w.Code)
	}
	if w := h.send(http.MethodPost, "/b/nord/setup/seal/certificate", nil, upload{"chain", "seal.pem", good}); w.Code != http.StatusSeeOther || h.standing().Standing != body.Trial {
		t.Errorf("a certificate after a stale sign-in: %d", w.Code)
	}
	if h.asked != 2 {
		t.Errorf("asked %d times who it is", h.asked)
	}
}

func TestNewNameBesideARealSealIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ready()
	h.goes("/b/nord/setup/seal/request", url.Values{"algorithm": {"ES256"}})
	chain := certify(t, h.get("/b/nord/setup/seal/request.pem").Body.Bytes(), h.now.Add(-time.Hour), 365)
	h.goes("/b/nord/setup/seal/certificate", nil, upload{"chain", "seal.pem", chain})
	renamed := with(who, "legalName", "DEMO Norden gGmbH")
	w := h.send(http.MethodPost, "/b/nord/setup/who", renamed)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `name="renaming"`) {
		t.Errorf("a new name beside a real seal: %d", w.Code)
	}
	if s := h.standing(); s.Standing != body.Installed {
		t.Errorf("afterwards the seal is %s", s.Standing)
	}
	h.goes("/b/nord/setup/who", with(who, "locality", "22222 Norden")) // that is no new name
	if got := h.goes("/b/nord/setup/who", with(renamed, "renaming", "on")); got != "/b/nord/setup/seal?done=renamed" {
		t.Errorf("confirmed, it leads to %s", got)
	}
}

func TestNewNameNeedsNewSeal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if n := h.see("/b/nord/setup/seal"); len(n.All("[data-needed] li")) != 3 || len(n.All("[data-trial] button")) != 0 {
		t.Error("the seal of an empty body does not ask for what it needs")
	}
	if w := h.send(http.MethodPost, "/b/nord/setup/seal/trial", nil); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "legal name") {
		t.Errorf("a seal without a name: %d", w.Code)
	}
	h.ready()
	if got := h.see("/b/nord/setup/who").One(t, ".notice-title"); got != "A seal stands for this name" {
		t.Errorf("before a change the page says %q", got)
	}
	if got := h.goes("/b/nord/setup/who", with(who, "legalName", "DEMO Norden gGmbH")); got != "/b/nord/setup/seal?done=renamed" {
		t.Errorf("a new name leads to %s", got)
	}
	n := h.see("/b/nord/setup/seal?done=renamed")
	if n.First(t, "h1 .badge").Text() != "does not fit" || !strings.Contains(n.One(t, "[data-standing]"), "DEMO Nord gGmbH") {
		t.Errorf("the seal says %q", n.One(t, "[data-standing]"))
	}
	if got := h.see("/b/nord/setup").One(t, ".notice-title"); !strings.Contains(got, "does not fit") && got == "" {
		t.Errorf("the overview says %q", got)
	}
	waits, err := h.admin.Waits(t.Context(), h.ada)
	if err != nil || len(waits) != 1 || waits[0].Key != "desk.waits.seal.unfit" {
		t.Errorf("waits: %+v, %v", waits, err)
	}
	h.goes("/b/nord/setup/seal/trial", nil)
	if !h.standing().Ready() {
		t.Error("a new trial seal does not fit either")
	}
}
