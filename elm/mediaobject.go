package elm

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
)

// ErrFileType says that a file is none that a credential can carry.
var ErrFileType = errors.New("neither PNG nor JPEG nor PDF")

// NewMediaObject puts a file into a MediaObject. Its type is told from its
// first bytes.
func NewMediaObject(data []byte) (MediaObject, error) {
	var iri string
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		iri = FilePNG
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		iri = FileJPEG
	case bytes.HasPrefix(data, []byte("%PDF-")):
		iri = FilePDF
	default:
		return MediaObject{}, ErrFileType
	}
	fileType, _ := ConceptOf(iri)
	encoding, _ := ConceptOf(EncodingBase64)
	return MediaObject{
		Content:         base64.StdEncoding.EncodeToString(data),
		ContentEncoding: &encoding,
		ContentType:     &fileType,
	}, nil
}

// Data gives the file in a MediaObject.
func (v MediaObject) Data() ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(v.Content)
	if err != nil {
		return nil, fmt.Errorf("reading the content of media object %q: %w", v.ID, err)
	}
	return data, nil
}
