package pades_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/pades"
	"github.com/probatum/probatum/render"
)

// certificate is a PDF as render makes it, with a file attached.
func certificate(t testing.TB, file []byte) []byte {
	t.Helper()
	pdf, err := render.Certificate{Lang: "en", Body: "A body", Holder: "Somebody", Unit: "A unit"}.PDF(render.Config{
		Link:       "https://verify.example/v/AAAAAAAAAAAAAAAAAAAAAA",
		Attachment: render.Attachment{Name: "credential.jsonld", Bytes: file},
		Now:        time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestAttachedComesBackByteForByte(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"{}", "x\r\n", strings.Repeat("a sealed file ", 20000), "endstream endobj /Type /EmbeddedFile"} {
		got, err := pades.Attached(certificate(t, []byte(file)))
		if err != nil {
			t.Fatalf("%.20q: %v", file, err)
		}
		if diff := cmp.Diff([][]byte{[]byte(file)}, got); diff != "" {
			t.Errorf("%.20q: %.200s", file, diff)
		}
	}
}

// TestAttachedSurvivesOtherPrograms has qpdf write the document anew, in the
// ways in which programs that save a PDF do.
func TestAttachedSurvivesOtherPrograms(t *testing.T) {
	t.Parallel()
	qpdf, err := exec.LookPath("qpdf")
	if err != nil {
		testkit.Skip(t, "qpdf is not installed")
	}
	file := []byte(strings.Repeat(`{"payload":"…"}`, 500))
	in := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(in, certificate(t, file), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, how := range [][]string{
		{"--object-streams=generate"}, {"--linearize"}, {"--qdf"}, {"--stream-data=uncompress"}, {"--recompress-flate", "--compression-level=9"},
	} {
		out := filepath.Join(t.TempDir(), "out.pdf")
		if msg, err := exec.CommandContext(t.Context(), qpdf, append(how, in, out)...).CombinedOutput(); err != nil {
			t.Fatalf("qpdf %v: %v: %s", how, err, msg)
		}
		pdf, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pades.Attached(pdf)
		if err != nil || len(got) != 1 || !bytes.Equal(bytes.TrimSpace(got[0]), file) {
			t.Errorf("qpdf %v: %d files, %v", how, len(got), err)
		}
	}
}

func deflated(text string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // to memory
	_ = w.Close()
	return b.String()
}

func TestAttachedTakesWhatIsThere(t *testing.T) {
	t.Parallel()
	object := func(entries, stream string) string {
		return fmt.Sprintf("%%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile %s >>\nstream\n%s\nendstream\nendobj\n", entries, stream)
	}
	for _, tt := range []struct {
		name, pdf string
		want      []string
	}{
		{"no attachment", "%PDF-1.7\n1 0 obj\n<< /Names << /EmbeddedFiles 2 0 R >> >>\nendobj\n", nil},
		{"plain, length given", object("/Length 5", "hello"), []string{"hello"}},
		{"plain, length elsewhere", object("/Length 9 0 R", "hello"), []string{"hello"}},
		{"filter in a list", object("/Filter [ /FlateDecode ]", deflated("hello")), []string{"hello"}},
		{"twice the same", object("/Length 5", "hello") + object("/Filter /FlateDecode", deflated("hello")), []string{"hello"}},
		{"two", object("/Length 5", "hello") + object("/Length 5", "there"), []string{"hello", "there"}},
		{"a filter that is not read", object("/Filter /LZWDecode", "hello"), nil},
		{"damaged", object("/Filter /FlateDecode", deflated(strings.Repeat("hello", 99))[:20]), nil},
		{"no end", "1 0 obj << /Type /EmbeddedFile >> stream\nhello", nil},
		{"no stream", "1 0 obj << /Type /EmbeddedFile >> endobj", nil},
		{"a length beyond the file", object("/Length 99999999999999999999", "hello"), []string{"hello\n"}},
		{"an end of line within the length", object("/Length 6", "hello\n"), []string{"hello\n"}},
	} {
		got, err := pades.Attached([]byte(tt.pdf))
		var texts []string
		for _, f := range got {
			texts = append(texts, string(f))
		}
		if err != nil || !slices.Equal(texts, tt.want) {
			t.Errorf("%s: %q, %v; want %q", tt.name, texts, err, tt.want)
		}
	}
}

func TestAttachedIsBounded(t *testing.T) {
	t.Parallel()
	bomb := deflated(strings.Repeat("0", 64<<20))
	object := "1 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode >>\nstream\n" + bomb + "\nendstream\n"
	many := strings.Repeat("1 0 obj\n<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream\n", 20000)
	for name, pdf := range map[string]string{"a bomb": object, "many": many} {
		start := time.Now()
		if _, err := pades.Attached([]byte(pdf)); !errors.Is(err, pades.ErrTooMuch) {
			t.Errorf("%s: %v, want ErrTooMuch", name, err)
		}
		if took := time.Since(start); took > testkit.AnswerTime() {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func FuzzAttached(f *testing.F) {
	f.Add(certificate(f, []byte("{}")))
	f.Add([]byte("1 0 obj << /Type /EmbeddedFile /Length 5 >> stream\nhello\nendstream"))
	f.Add([]byte("obj /Type/EmbeddedFile/Filter[/FlateDecode]>>stream\n" + deflated("x")))
	f.Fuzz(func(t *testing.T, pdf []byte) {
		files, err := pades.Attached(pdf)
		total := 0
		for _, file := range files {
			total += len(file)
		}
		if err == nil && total > 8<<20 {
			t.Errorf("%d bytes of files", total)
		}
	})
}
