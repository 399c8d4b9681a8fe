package award

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/render"
)

// A FileInfo names a file of a credential.
type FileInfo struct {
	Kind      string // the form, or "pdf-" and a language
	Name      string // a good file name
	MediaType string
}

// A File is a file of a credential, whole.
type File struct {
	FileInfo
	Bytes []byte
}

const pdfPrefix = "pdf-"

// File gives one file of a sealed Award by its Kind.
func (d *Desk) File(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, kind string) (File, error) {
	if err := d.may(a, access.ReadCredentials, body); err != nil {
		return File{}, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return File{}, err
	}
	return d.file(ctx, aw, kind)
}

// files names the files of a sealed Award: certificates first, then the forms.
func (d *Desk) files(ctx context.Context, aw Award) ([]FileInfo, error) {
	if aw.State != Sealed {
		return nil, nil
	}
	copies, err := d.c.Store.Copies(ctx, aw.Ref())
	if err != nil {
		return nil, err
	}
	r, err := aw.Result()
	if err != nil {
		return nil, err
	}
	return fileInfos(r.Languages, copies), nil
}

// fileInfos names files in the order in which they are shown.
func fileInfos(langs []string, copies []CopyInfo) []FileInfo {
	var all []FileInfo
	byForm := func(f credential.Form) (CopyInfo, bool) {
		i := slices.IndexFunc(copies, func(c CopyInfo) bool { return c.Form == f })
		if i < 0 {
			return CopyInfo{}, false
		}
		return copies[i], true
	}
	if edc, ok := byForm(credential.EDC); ok {
		for _, lang := range langs {
			all = append(all, FileInfo{pdfPrefix + lang, "certificate-" + short(edc.ID) + "-" + lang + ".pdf", credential.PDF.MediaType()})
		}
	}
	for _, f := range issuer.Forms() {
		if c, ok := byForm(f); ok {
			all = append(all, FileInfo{string(f), formName(c), f.MediaType()})
		}
	}
	return all
}

func short(id credential.ID) string { return id.UUID()[:8] }

// formName is a file name that tells forms apart which have the same ending.
func formName(c CopyInfo) string {
	middle := ""
	if c.Form != credential.EDC {
		middle = strings.TrimSuffix("."+string(c.Form), c.Form.Ending())
	}
	return "credential-" + short(c.ID) + middle + c.Form.Ending()
}

func (d *Desk) file(ctx context.Context, aw Award, kind string) (File, error) {
	infos, err := d.files(ctx, aw)
	if err != nil {
		return File{}, err
	}
	i := slices.IndexFunc(infos, func(f FileInfo) bool { return f.Kind == kind })
	if i < 0 {
		return File{}, none()
	}
	f := File{FileInfo: infos[i]}
	if lang, ok := strings.CutPrefix(kind, pdfPrefix); ok {
		f.Bytes, err = d.pdf(ctx, aw, lang)
		return f, err
	}
	signed, err := d.c.Store.Copy(ctx, string(aw.Body), issuer.CopyKey{Form: credential.Form(kind), Request: string(aw.ID)})
	f.Bytes = signed.Bytes
	return f, err
}

// pdf makes the certificate in one language. What it shows is read from the bytes
// that were sealed, which it carries; the code on it holds the printed link.
func (d *Desk) pdf(ctx context.Context, aw Award, lang string) ([]byte, error) {
	signed, err := d.c.Store.Copy(ctx, string(aw.Body), issuer.CopyKey{Form: credential.EDC, Request: string(aw.ID)})
	if err != nil {
		return nil, err
	}
	sealed, err := jades.Parse(signed.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading credential %s: %w", signed.ID, err)
	}
	claims, err := elm.Parse(sealed.Payload)
	if err != nil {
		return nil, fmt.Errorf("reading credential %s: %w", signed.ID, err)
	}
	look, err := lookOf(aw.Look)
	if err != nil {
		return nil, fmt.Errorf("reading the look of award %s: %w", aw.ID, err)
	}
	link, err := d.c.Store.PrintedLink(ctx, aw.Ref())
	if err != nil {
		return nil, err
	}
	pdf, err := look.draw(claims, lang).PDF(render.Config{
		Link: d.linkURL(link), Now: aw.SealedAt,
		Attachment: render.Attachment{
			Name: formName(CopyInfo{signed.ID, signed.Form}), Description: i18n.For(lang).T("render.attachment"), Bytes: signed.Bytes,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("writing credential %s in %s: %w", signed.ID, lang, err)
	}
	return pdf, nil
}

func (d *Desk) linkURL(token string) string { return d.c.PublicURL + "/v/" + token }
