package assessment

import (
	"bytes"
	"image"
	_ "image/jpeg" // logos are PNG or JPEG
	_ "image/png"
)

// The bounds of a logo: bytes, and pixels of each side.
const (
	maxLogo = 200_000
	minSide = 16
	maxSide = 2000
)

// picture looks at the bytes of a logo: their size, the kind, the measures
// before anything is unpacked, then the whole picture, with nothing behind its
// end. It gives the key of the fault, or nothing.
func picture(data []byte) string {
	if len(data) > maxLogo {
		return "logo.big"
	}
	p := Picture(data)
	if p.MediaType() == "" {
		return "logo.kind"
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "logo.broken"
	}
	if cfg.Width < minSide || cfg.Height < minSide || cfg.Width > maxSide || cfg.Height > maxSide {
		return "logo.measures"
	}
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return "logo.broken"
	}
	end := "\xff\xd9"
	if p.MediaType() == "image/png" {
		end = "\x00\x00\x00\x00IEND\xaeB`\x82"
	}
	if !bytes.HasSuffix(data, []byte(end)) {
		return "logo.broken"
	}
	return ""
}
