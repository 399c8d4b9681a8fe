package portfolio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/internal/fault"
)

// A format is a type of file that is accepted. The type is told from the
// content; the name of a file and what its sender says count for nothing.
type format struct {
	media      string
	extensions []string // the first is given to files that have none of them
	is         func(h head) bool
}

// formats are the accepted types, in the order in which they are tried. What a
// browser would run is not among them: HTML, SVG and XML have no place here.
var formats = []format{
	{"application/pdf", []string{".pdf"}, opens("%PDF-")},
	{"image/jpeg", []string{".jpg", ".jpeg"}, opens("\xff\xd8\xff")},
	{"image/png", []string{".png"}, opens("\x89PNG\r\n\x1a\n")},
	{"image/webp", []string{".webp"}, riff("WEBP")},
	{"image/heic", []string{".heic", ".heif"}, brand("heic", "heix", "mif1", "msf1", "heim", "heis")},
	{"video/quicktime", []string{".mov", ".qt"}, brand("qt  ")},
	{"audio/mp4", []string{".m4a"}, brand("M4A ", "M4B ")},
	{"video/mp4", []string{".mp4", ".m4v"}, brand("isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash", "3gp4", "3gp5")},
	{"video/webm", []string{".webm"}, webm},
	{"audio/mpeg", []string{".mp3"}, mp3},
	{"audio/wav", []string{".wav"}, riff("WAVE")},
	{"audio/ogg", []string{".ogg", ".oga", ".opus"}, opens("OggS\x00")},
	{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", []string{".docx"}, office("word/")},
	{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []string{".xlsx"}, office("xl/")},
	{"application/vnd.openxmlformats-officedocument.presentationml.presentation", []string{".pptx"}, office("ppt/")},
	{"application/vnd.oasis.opendocument.text", []string{".odt"}, openDocument("text")},
	{"application/vnd.oasis.opendocument.spreadsheet", []string{".ods"}, openDocument("spreadsheet")},
	{"application/vnd.oasis.opendocument.presentation", []string{".odp"}, openDocument("presentation")},
	{"text/plain", []string{".txt", ".csv", ".md", ".log"}, plainText},
}

// Extensions are the endings of file names that a page may offer to choose.
func Extensions() []string {
	var all []string
	for _, f := range formats {
		all = append(all, f.extensions...)
	}
	return all
}

// A head is the beginning of a file, with a way to the rest.
type head struct {
	bytes []byte
	file  io.ReaderAt
	size  int64
}

// mediaType tells the type of a file from its content. What is not accepted is
// Unsupported.
func mediaType(file io.ReaderAt, size int64) (string, error) {
	h := head{bytes: make([]byte, min(size, 4096)), file: file, size: size}
	if _, err := file.ReadAt(h.bytes, 0); err != nil && !errors.Is(err, io.EOF) {
		return "", fault.New(fault.Unavailable, "portfolio.unavailable", err)
	}
	for _, f := range formats {
		if f.is(h) {
			return f.media, nil
		}
	}
	return "", fault.New(fault.Unsupported, "portfolio.file.type", nil)
}

func opens(with string) func(head) bool {
	return func(h head) bool { return bytes.HasPrefix(h.bytes, []byte(with)) }
}

func riff(kind string) func(head) bool {
	return func(h head) bool {
		return len(h.bytes) >= 12 && string(h.bytes[:4]) == "RIFF" && string(h.bytes[8:12]) == kind
	}
}

// brand tells files of ISO/IEC 14496-12 apart by their major brand.
func brand(names ...string) func(head) bool {
	return func(h head) bool {
		return len(h.bytes) >= 12 && string(h.bytes[4:8]) == "ftyp" && slices.Contains(names, string(h.bytes[8:12]))
	}
}

// webm is a file of EBML that says it is one; Matroska says so too, and is not
// accepted.
func webm(h head) bool {
	return opens("\x1aE\xdf\xa3")(h) && bytes.Contains(h.bytes[:min(len(h.bytes), 64)], []byte("\x42\x82\x84webm"))
}

// mp3 begins with tags, or with a frame of MPEG audio, layer 3.
func mp3(h head) bool {
	b := h.bytes
	return opens("ID3")(h) || len(b) >= 4 && b[0] == 0xff && b[1]&0xe6 == 0xe2 && b[2]&0xf0 != 0xf0 && b[2]&0x0c != 0x0c
}

// plainText is UTF-8 without control characters that does not begin as markup
// or as a program.
func plainText(h head) bool {
	if h.size > 4<<20 {
		return false
	}
	all := make([]byte, h.size)
	if _, err := h.file.ReadAt(all, 0); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	all = bytes.TrimPrefix(all, []byte("\ufeff"))
	if !utf8.Valid(all) || bytes.ContainsFunc(all, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\f", r)
	}) {
		return false
	}
	start := bytes.TrimSpace(all)
	return len(start) > 0 && start[0] != '<' && !bytes.HasPrefix(start, []byte("#!"))
}

// office is a file of ISO/IEC 29500 without macros, whose parts lie in a folder.
func office(folder string) func(head) bool {
	return func(h head) bool {
		if !opens("PK\x03\x04")(h) {
			return false
		}
		names := zipNames(h.file, h.size)
		inside := func(name string) bool { return strings.HasPrefix(name, folder) }
		macro := func(name string) bool { return strings.EqualFold(path.Base(name), "vbaProject.bin") }
		return slices.Contains(names, "[Content_Types].xml") && slices.ContainsFunc(names, inside) && !slices.ContainsFunc(names, macro)
	}
}

// openDocument is a file of ISO/IEC 26300: its first part says its type.
func openDocument(kind string) func(head) bool {
	want := "mimetypeapplication/vnd.oasis.opendocument." + kind + "PK"
	return func(h head) bool {
		return opens("PK\x03\x04")(h) && len(h.bytes) >= 30+len(want) && string(h.bytes[30:30+len(want)]) == want
	}
}

// zipNames gives the names in the directory of a ZIP archive, or none where it
// is not one of a common size. The standard reader would keep all that a
// hostile directory names.
func zipNames(file io.ReaderAt, size int64) []string {
	const (
		endSize   = 22
		entrySize = 46
		mostBytes = 1 << 20
	)
	tail := make([]byte, min(size, endSize+1024)) // a comment is rare and short
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < endSize {
		return nil
	}
	length := int64(binary.LittleEndian.Uint32(tail[at+12:]))
	offset := int64(binary.LittleEndian.Uint32(tail[at+16:]))
	if length > mostBytes || offset+length > size {
		return nil
	}
	directory := make([]byte, length)
	if _, err := file.ReadAt(directory, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	var names []string
	for len(directory) >= entrySize && string(directory[:4]) == "PK\x01\x02" {
		name := int(binary.LittleEndian.Uint16(directory[28:]))
		next := entrySize + name + int(binary.LittleEndian.Uint16(directory[30:])) + int(binary.LittleEndian.Uint16(directory[32:]))
		if next > len(directory) {
			return nil
		}
		names = append(names, string(directory[entrySize:entrySize+name]))
		directory = directory[next:]
	}
	return names
}

// maxName is the longest name of a file that is kept, in bytes.
const maxName = 150

// cleanName makes of what a sender calls a file a name that can be shown: the
// last part of a path, without characters that hide or turn others, not too
// long. Nothing is ever stored under it.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), r&0xfffe == 0xfffe:
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if extension := path.Ext(name); len(name) > maxName && len(extension) < 12 {
		name = cut(strings.TrimSuffix(name, extension), maxName-len(extension)) + extension
	}
	if name = cut(name, maxName); name == "" {
		return "file"
	}
	return name
}

func cut(s string, n int) string {
	for len(s) > n {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// SaveAs is the name under which a reader's computer may keep the file: the
// uploaded one, with an ending that fits the content. A page called x.html
// would run there, whatever we call its type.
func (f File) SaveAs() string {
	i := slices.IndexFunc(formats, func(o format) bool { return o.media == f.Type })
	if i < 0 {
		return cleanName(f.Name) + ".bin"
	}
	name := strings.Map(func(r rune) rune { // what other systems do not have in names
		if strings.ContainsRune(`"*:<>?|`, r) {
			return '_'
		}
		return r
	}, cleanName(f.Name))
	if slices.Contains(formats[i].extensions, strings.ToLower(path.Ext(name))) {
		return name
	}
	return name + formats[i].extensions[0]
}

// Disposition is the Content-Disposition of a download.
func (f File) Disposition() string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": f.SaveAs()})
}
