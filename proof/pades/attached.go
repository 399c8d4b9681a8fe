// Package pades deals with credentials in PDF files. So far it takes the files
// out that are attached to a PDF; what it gives is as untrusted as the PDF.
//
// Start with Attached.
package pades

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// Bounds of the work for one PDF.
const (
	maxAttached   = 16      // files that are looked at
	maxDictionary = 4 << 10 // bytes of the dictionary before a stream
	maxInflated   = 8 << 20 // bytes of all files together
	maxFile       = 4 << 20 // bytes of one file
)

// ErrTooMuch says that a PDF holds more, or larger, attachments than are read.
var ErrTooMuch = errors.New("more attachments than are read")

// Attached gives the files that are attached to a PDF, in the order in which
// they stand in it, equal ones once.
//
// It looks for embedded file streams (ISO 32000-1, 7.11.4) by their type and
// does not follow the structure of the document: a stream is always an object
// of its own, wherever the names that lead to it are kept, so that damaged
// tables and later changes do not hide it. Streams of encrypted documents and
// with filters other than Flate are passed over. That is enough for files that
// prove themselves, and leaves a hostile PDF nothing to work on.
func Attached(pdf []byte) ([][]byte, error) {
	var files [][]byte
	total := 0
	for seen, place := 0, 0; ; seen++ {
		at := embedded.FindIndex(pdf[place:])
		if at == nil {
			return files, nil
		}
		if seen == maxAttached {
			return nil, ErrTooMuch
		}
		place += at[1]
		dictionary, begin, ok := object(pdf, place)
		if !ok {
			continue
		}
		file, used, err := decode(dictionary, pdf[begin:])
		if errors.Is(err, ErrTooMuch) {
			return nil, err
		}
		if err != nil {
			continue
		}
		place = begin + used // what stands inside a file is no part of the document
		if contains(files, file) {
			continue
		}
		if total += len(file); total > maxInflated {
			return nil, ErrTooMuch
		}
		files = append(files, file)
	}
}

// embedded finds the type of an embedded file stream, but not the name tree
// /EmbeddedFiles.
var embedded = regexp.MustCompile(`/Type\s*/EmbeddedFile\b`)

// object gives the dictionary around a place, from the object's beginning, and
// where its stream begins.
func object(pdf []byte, place int) (dictionary []byte, begin int, ok bool) {
	from := max(0, place-maxDictionary)
	start := bytes.LastIndex(pdf[from:place], []byte("obj"))
	keyword := streamBegin.FindIndex(pdf[place:min(len(pdf), place+maxDictionary)])
	if start < 0 || keyword == nil {
		return nil, 0, false
	}
	return pdf[from+start : place+keyword[0]], place + keyword[1], true
}

var (
	// The keyword is followed by CR LF or LF (ISO 32000-1, 7.3.8.1).
	streamBegin = regexp.MustCompile(`>>\s*stream\r?\n`)
	filter      = regexp.MustCompile(`/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+)`)
	flate       = regexp.MustCompile(`^(\[\s*)?/FlateDecode(\s*\])?$`)
	length      = regexp.MustCompile(`/Length\s+(\d+)(\s+\d+\s+R)?`)
)

// decode gives a file, and how many bytes of the document its stream takes.
func decode(dictionary, stream []byte) (file []byte, used int, err error) {
	filters := filter.FindSubmatch(dictionary)
	switch {
	case filters == nil:
		return plain(dictionary, stream)
	case !flate.Match(filters[1]):
		return nil, 0, fmt.Errorf("filter %q", filters[1])
	}
	// A Flate stream knows its own end, and a bytes.Reader is read no further.
	in := bytes.NewReader(stream)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, 0, fmt.Errorf("opening an attachment: %w", err)
	}
	file, err = io.ReadAll(io.LimitReader(z, maxFile+1))
	if err != nil {
		return nil, 0, fmt.Errorf("reading an attachment: %w", err)
	}
	if len(file) > maxFile {
		return nil, 0, ErrTooMuch
	}
	return file, len(stream) - in.Len(), nil
}

// plain takes a stream without filters: by its length where the dictionary has
// it, else up to the keyword that ends it.
func plain(dictionary, stream []byte) (file []byte, used int, err error) {
	end := bytes.Index(stream, []byte("endstream"))
	if m := length.FindSubmatch(dictionary); m != nil && len(m[2]) == 0 {
		if n, err := strconv.Atoi(string(m[1])); err == nil && n <= len(stream) {
			end = n
		}
	} else if end > 0 { // an end of line stands before the keyword
		file = bytes.TrimSuffix(bytes.TrimSuffix(stream[:end], []byte("\n")), []byte("\r"))
	}
	switch {
	case end < 0:
		return nil, 0, errors.New("an attachment without an end")
	case end > maxFile:
		return nil, 0, ErrTooMuch
	case file == nil:
		file = stream[:end]
	}
	return file, end, nil
}

func contains(files [][]byte, file []byte) bool {
	for _, f := range files {
		if bytes.Equal(f, file) {
			return true
		}
	}
	return false
}
