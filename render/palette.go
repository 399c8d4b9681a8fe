package render

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// paletted reduces a page to at most 256 colours. A page has few colours and
// their shades at the edges of letters, a logo perhaps many: near ones are put
// together under the most frequent of them, so that plain colours stay exact,
// and the most frequent groups are kept. The order depends on the picture
// alone.
func paletted(page *image.RGBA) *image.Paletted {
	const bits = 5 // of each channel that tell groups apart
	type colour [3]uint8
	group := func(c colour) int {
		return int(c[0]>>(8-bits))<<(2*bits) | int(c[1]>>(8-bits))<<bits | int(c[2]>>(8-bits))
	}
	exact := make(map[colour]int)
	run, last := 0, colour{} // most pixels are as the one before
	for i := 0; i < len(page.Pix); i += 4 {
		c := colour(page.Pix[i : i+3])
		if c != last {
			exact[last] += run
			run, last = 0, c
		}
		run++
	}
	exact[last] += run
	type shade struct {
		chief        colour
		most, pixels int
	}
	shades := make(map[int]shade)
	for c, n := range exact {
		s := shades[group(c)]
		s.pixels += n
		if n > s.most || n == s.most && slices.Compare(c[:], s.chief[:]) < 0 {
			s.chief, s.most = c, n
		}
		shades[group(c)] = s
	}
	kept := make([]shade, 0, len(shades))
	for _, s := range shades {
		kept = append(kept, s)
	}
	slices.SortFunc(kept, func(a, b shade) int {
		return cmp.Or(cmp.Compare(b.pixels, a.pixels), slices.Compare(a.chief[:], b.chief[:]))
	})
	kept = kept[:min(len(kept), 256)]
	pal := make(color.Palette, len(kept))
	for i, s := range kept {
		pal[i] = color.RGBA{s.chief[0], s.chief[1], s.chief[2], 0xff}
	}
	index := make(map[colour]uint8, len(exact))
	for c := range exact {
		index[c] = uint8(pal.Index(color.RGBA{c[0], c[1], c[2], 0xff})) //nolint:gosec // a palette has at most 256 colours
	}
	out := image.NewPaletted(page.Bounds(), pal)
	last = colour{}
	at := index[last]
	for i, j := 0, 0; i < len(page.Pix); i, j = i+4, j+1 {
		if c := colour(page.Pix[i : i+3]); c != last {
			last, at = c, index[c]
		}
		out.Pix[j] = at
	}
	return out
}
