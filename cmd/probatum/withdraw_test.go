package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// statusCodes gives what somebody says of every form of a demo: verdict and code.
// A list that did not come in time is asked for again: the machine may be busy.
func statusCodes(t *testing.T, d *running, check func(data []byte) map[string]any) (all []string) {
	t.Helper()
	for _, form := range issuer.Forms() {
		data, err := os.ReadFile(d.Files[string(form)])
		if err != nil {
			t.Fatal(err)
		}
		answer := check(data)
		for range 5 {
			if answer["verdict"] != "undetermined" {
				break
			}
			answer = check(data)
		}
		all = append(all, fmt.Sprint(answer["verdict"], answer["code"]))
	}
	return all
}

// changeStatus runs "probatum status" on the data folder of a running demo.
func changeStatus(t *testing.T, d *running, args ...string) (string, error) {
	t.Helper()
	data := filepath.Dir(d.Trust)
	out, err := exec.CommandContext(t.Context(), "probatum", append([]string{"status"}, append(args, "--data", data)...)...).CombinedOutput()
	return string(out), err
}

// TestRevocationIsSeen: one command withdraws a credential in all its forms, and
// everybody who checks it sees that within a minute, in whatever process, and the
// end of a suspension likewise: whoever asks anew at once, and a server that looked
// a moment ago as soon as that is old. A copy that was revoked alone stays so.
func TestRevocationIsSeen(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	all := func(answer string) []string { return slices.Repeat([]string{answer}, len(issuer.Forms())) }
	expect := func(when string, want []string, wait bool) {
		t.Helper()
		changed, tick := time.Now(), time.NewTicker(time.Second)
		defer tick.Stop()
		// Who has never asked before, a process of its own, sees it at once.
		if got := statusCodes(t, d, func(data []byte) map[string]any { answer, _ := verifyByCommand(t, data, d.Trust, "en"); return answer }); !slices.Equal(got, want) {
			t.Fatalf("%s: a new process says %q, want %q", when, got, want)
		}
		for wait {
			got := statusCodes(t, d, func(data []byte) map[string]any { return post(t, d.URL+"/api/v1/verify", data) })
			late := time.Since(changed)
			if slices.Equal(got, want) {
				t.Logf("%s: seen by the server after %s", when, late.Round(time.Second))
				return
			}
			if late > status.MaxStale {
				t.Fatalf("%s: after %s the server still says %q, want %q", when, late, got, want)
			}
			select {
			case <-tick.C:
			case <-t.Context().Done():
				t.Fatal(t.Context().Err())
			}
		}
	}
	expect("as issued", all("valid<nil>"), false)
	if out, err := changeStatus(t, d, "suspend", d.Files["vc-jwt"], "--reason", "under-review", "--by", "officer"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	expect("suspended", all("invalidstatus"), true)
	if out, err := changeStatus(t, d, "reinstate", d.Files["edc"], "--reason", "cleared", "--by", "officer"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	expect("reinstated", all("valid<nil>"), true)
	lost, err := os.ReadFile(d.Revoked)
	if err != nil {
		t.Fatal(err)
	}
	if answer, code := verifyByCommand(t, lost, d.Trust, "en"); code != exitInvalid || answer["code"] != "status" {
		t.Errorf("the copy that was revoked alone: %v", answer)
	}
	if out, err := changeStatus(t, d, "revoke", d.Files["sd-jwt"], "--reason", "withdrawn", "--by", "officer"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	expect("revoked", all("invalidstatus"), false)
	if out, err := changeStatus(t, d, "reinstate", d.Files["sd-jwt"], "--reason", "cleared", "--by", "officer"); err == nil {
		t.Errorf("a revocation was undone: %s", out)
	}
	out, err := changeStatus(t, d, "show", d.Files["edc"])
	if err != nil || strings.Count(out, "urn:") < 6 || !strings.Contains(out, "officer") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestRevocationIsSeenOverTLS: the server's own certificate is in the trust folder,
// so that whoever has the folder can ask it.
func TestRevocationIsSeenOverTLS(t *testing.T) {
	t.Parallel()
	d := startDemo(t, "--conformance")
	data, err := os.ReadFile(d.Files["vc-di"])
	if err != nil {
		t.Fatal(err)
	}
	answer, code := verifyByCommand(t, data, d.Trust, "en")
	for n := 0; n < 5 && answer["verdict"] == "undetermined"; n++ { // the machine may be busy
		answer, code = verifyByCommand(t, data, d.Trust, "en")
	}
	if code != exitOK || strings.Contains(fmt.Sprint(answer["checks"]), "stored copy") {
		t.Errorf("as issued: %v", answer)
	}
	if out, err := changeStatus(t, d, "revoke", d.Files["edc"], "--reason", "withdrawn", "--by", "officer"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if answer, code := verifyByCommand(t, data, d.Trust, "en"); code != exitInvalid || answer["code"] != "status" {
		t.Errorf("revoked: %v", answer)
	}
}

// TestAnotherOrigin: a demo in the same folder at another address leaves what the
// first one issued as it is; who is offline can check both.
func TestAnotherOrigin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startDemo(t, "--data", dir)
	second := startDemo(t, "--data", dir)
	for _, d := range []*running{first, second} {
		data, err := os.ReadFile(d.Files["sd-jwt"])
		if err != nil {
			t.Fatal(err)
		}
		if answer, code := verifyByCommand(t, data, second.Trust, "en"); code != exitOK {
			t.Errorf("issued at %s: %v", d.URL, answer)
		}
	}
	if out, err := changeStatus(t, second, "revoke", first.Files["edc"], "--reason", "withdrawn", "--by", "officer"); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(first.Files["vc-jwt"])
	if err != nil {
		t.Fatal(err)
	}
	if answer, code := verifyByCommand(t, data, second.Trust, "en"); code != exitInvalid || answer["code"] != "status" {
		t.Errorf("issued at the first address and revoked: %v", answer)
	}
}
