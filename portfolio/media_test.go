package portfolio_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

// archive makes a ZIP file of parts, each with a name and its text.
func archive(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		f, err := w.CreateRaw(&zip.FileHeader{
			Name: parts[i], Method: zip.Store,
			CompressedSize64: uint64(len(parts[i+1])), UncompressedSize64: uint64(len(parts[i+1])),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTypeIsToldFromTheContent(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	docx := archive(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>")
	odt := archive(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>")
	for _, c := range []struct{ name, content, want string }{
		{"a.pdf", pdf, "application/pdf"},
		{"a.txt", pdf, "application/pdf"},
		{"a", "\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		{"a.html", "\x89PNG\r\n\x1a\n0000", "image/png"},
		{"a", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		{"a", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heic"},
		{"a", "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", "video/quicktime"},
		{"a", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"},
		{"a", "\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42", "audio/mp4"},
		{"a", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "video/webm"},
		{"a", "ID3\x04\x00", "audio/mpeg"},
		{"a", "\xff\xfb\x90\x64\x00", "audio/mpeg"},
		{"a", "RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"},
		{"a", "OggS\x00\x02", "audio/ogg"},
		{"a", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"a", odt, "application/vnd.oasis.opendocument.text"},
		{"a", "Grüße\nfrom the stage", "text/plain"},
		{"a", "\ufeffday;hours\r\n1;8", "text/plain"},
		// What a browser or a computer would run, what is hidden in something
		// else, and what is unknown.
		{"a.pdf", "<!DOCTYPE html><script>alert(1)</script>", ""},
		{"a.png", "\n <svg xmlns='http://www.w3.org/2000/svg'/>", ""},
		{"a.txt", "\ufeff<?xml version='1.0'?><svg/>", ""},
		{"a.txt", "#!/bin/sh\nrm -rf ~", ""},
		{"a.txt", "MZ\x90\x00\x03", ""},
		{"a.txt", "\x7fELF\x02\x01", ""},
		{"a.txt", "text\x00text", ""},
		{"a.txt", "caf\xe9", ""},
		{"a.txt", " \n\t", ""},
		{"a.docx", archive(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>", "word/vbaProject.bin", "x"), ""},
		{"a.docx", archive(t, "index.html", "<script/>"), ""},
		{"a.docx", archive(t, "[Content_Types].xml", "<Types/>"), ""},
		{"a.jar", archive(t, "META-INF/MANIFEST.MF", "Main-Class: x"), ""},
		{"a.docx", "PK\x03\x04" + strings.Repeat("\x00", 50), ""},
		{"a.docx", "PK\x03\x04PK\x05\x06\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", ""},
		{"a.mkv", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", ""},
		{"a.gif", "GIF89a\x01\x00\x01\x00", ""},
		{"a.swf", "FWS\x09\x00\x01", ""},
		{"a.mp4", "\x00\x00\x00\x18ftypevil", ""},
		{"a", "%", "text/plain"},
	} {
		i, err := k.try(person(), cv(), c.name, c.content)
		if c.want == "" {
			wantKey(t, fmt.Sprintf("%s %.20q", c.name, c.content), err, fault.Unsupported, "portfolio.file.type")
			continue
		}
		if err != nil || i.File.Type != c.want {
			t.Errorf("%s %.20q is %q, %v; want %s", c.name, c.content, i.File.Type, err, c.want)
		}
	}
}

func TestNamesAreOnlyShown(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	for _, c := range []struct{ name, shown, saved string }{
		{"plot.pdf", "plot.pdf", "plot.pdf"},
		{"Plot.PDF", "Plot.PDF", "Plot.PDF"},
		{"../../etc/passwd", "passwd", "passwd.pdf"},
		{`C:\Users\ida\plot.pdf`, "plot.pdf", "plot.pdf"},
		{"/", "file", "file.pdf"},
		{"", "file", "file.pdf"},
		{"..", "file", "file.pdf"},
		{".htaccess", "htaccess", "htaccess.pdf"},
		{"a\x00b\r\nSet-Cookie: x.pdf", "abSet-Cookie: x.pdf", "abSet-Cookie_ x.pdf"},
		{"invoice\u202efdp.exe", "invoicefdp.exe", "invoicefdp.exe.pdf"},
		{"page.html", "page.html", "page.html.pdf"},
		{`"quoted";x=y.pdf`, `"quoted";x=y.pdf`, "_quoted_;x=y.pdf"},
		{"Lichtplan Größe 灯.pdf", "Lichtplan Größe 灯.pdf", "Lichtplan Größe 灯.pdf"},
		{"CON", "CON", "CON.pdf"},
		{"<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"},
		{"\xff\xfe.pdf", "pdf", "pdf.pdf"},
	} {
		i, err := k.try(ida, cv(), c.name, pdf)
		if err != nil {
			t.Errorf("%q: %v", c.name, err)
			continue
		}
		if i.File.Name != c.shown || i.File.SaveAs() != c.saved {
			t.Errorf("%q is shown as %q and saved as %q, want %q and %q", c.name, i.File.Name, i.File.SaveAs(), c.shown, c.saved)
		}
		d := i.File.Disposition()
		kind, params, err := mime.ParseMediaType(d)
		if err != nil || kind != "attachment" || params["filename"] != c.saved || strings.ContainsAny(d, "\r\n") {
			t.Errorf("%q: Content-Disposition %q, %v", c.name, d, err)
		}
	}
	i, err := k.try(ida, cv(), strings.Repeat("ü", 300)+".pdf", pdf)
	if err != nil || len(i.File.Name) > 150 || !utf8.ValidString(i.File.Name) || !strings.HasSuffix(i.File.Name, "ü.pdf") {
		t.Errorf("a name of 604 bytes is %q, %v", i.File.Name, err)
	}
}

func FuzzReceive(f *testing.F) {
	for _, s := range []string{pdf, "PK\x03\x04PK\x05\x06", "text", "\x00\x00\x00\x18ftypheic", "PK\x03\x04\x00PK\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00\x2e\x00\x00\x00\x05\x00\x00\x00\x00\x00"} {
		f.Add("a.pdf", []byte(s))
	}
	p := portfolio.New(portfolio.Config{Store: noRows{}, Spool: f.TempDir()})
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		r, err := p.Receive(t.Context(), person(), name, bytes.NewReader(content))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Errorf("%v", err)
			}
			return
		}
		defer r.Drop()
		if _, params, err := mime.ParseMediaType(r.Disposition()); err != nil || params["filename"] != r.SaveAs() {
			t.Errorf("Content-Disposition %q: %v", r.Disposition(), err)
		}
	})
}
