package render

import (
	"fmt"
	"strings"

	"github.com/skip2/go-qrcode"
)

// Printed and screen codes use error correction level M (15 %): a certificate
// is folded, stained and photographed at an angle, and a link of 60 characters
// at level M still is version 4 (33 modules), which a phone reads at 25 mm.
// The terminal code uses level L: nothing dirties it, and fewer modules fit
// more windows. The library picks the smallest version that holds the text.
const (
	printLevel    = qrcode.Medium
	terminalLevel = qrcode.Low
)

// modules gives the dark modules of a code, with the quiet zone of four
// modules that ISO/IEC 18004 asks for.
func modules(text string, level qrcode.RecoveryLevel) ([][]bool, error) {
	q, err := qrcode.New(text, level)
	if err != nil {
		return nil, fmt.Errorf("making a QR code of %d bytes: %w", len(text), err)
	}
	return q.Bitmap(), nil
}

// QRPNG gives a QR code as a black and white PNG of about size pixels: modules
// are a whole number of pixels, so the picture may be somewhat larger.
func QRPNG(text string, size int) ([]byte, error) {
	q, err := qrcode.New(text, printLevel)
	if err != nil {
		return nil, fmt.Errorf("making a QR code of %d bytes: %w", len(text), err)
	}
	n := len(q.Bitmap())
	scale := max(1, (min(size, 4096)+n-1)/n)
	b, err := q.PNG(-scale) // negative: pixels per module
	if err != nil {
		return nil, fmt.Errorf("writing a QR code: %w", err)
	}
	return b, nil
}

// QRTerminal gives a QR code for a terminal, two modules in each character
// cell. Black and white are set by their fixed places in the 256 colour
// palette, so the code is dark on light whatever the theme of the terminal.
func QRTerminal(text string) (string, error) {
	m, err := modules(text, terminalLevel)
	if err != nil {
		return "", err
	}
	const blackOnWhite, reset = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
	var b strings.Builder
	for y := 0; y < len(m); y += 2 {
		b.WriteString(blackOnWhite)
		for x := range m[y] {
			upper, lower := m[y][x], y+1 < len(m) && m[y+1][x]
			switch {
			case upper && lower:
				b.WriteRune('█')
			case upper:
				b.WriteRune('▀')
			case lower:
				b.WriteRune('▄')
			default:
				b.WriteByte(' ')
			}
		}
		b.WriteString(reset + "\n")
	}
	return b.String(), nil
}
