package render

// A Line is one line of text as laid out, for tests of the layout: its place
// in millimetres, its size in points, what it says.
type Line struct {
	X, Y, W, Size float64
	Heading       bool
	Text          string
}

// Layout gives the lines of each page of the PDF.
func (c Certificate) Layout(cfg Config) ([][]Line, error) {
	sheets, _, err := c.sheets(cfg)
	if err != nil {
		return nil, err
	}
	return lines(sheets), nil
}

// PictureLayout gives the lines of the page picture.
func (c Certificate) PictureLayout() ([]Line, error) {
	s, err := c.picture(false)
	if err != nil {
		return nil, err
	}
	return lines([]*sheet{s})[0], nil
}

func lines(sheets []*sheet) [][]Line {
	out := make([][]Line, len(sheets))
	for i, s := range sheets {
		for _, t := range s.texts {
			out[i] = append(out[i], Line{t.x, t.y, t.w, t.size, t.size == chapter.size && t.face == chapter.face, t.string})
		}
	}
	return out
}

// PageWidth and PageHeight are those of A4 in millimetres.
const (
	PageWidth  = pageWidth
	PageHeight = pageHeight
)
