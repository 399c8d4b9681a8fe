package public_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/web/public"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"Amélie Müller", "Amélie Müller"},
		{"  two\r\n\tlines\u2028 ", "two lines"},
		{"\u202egnp.exe\u202c", "gnp.exe"},
		{"a\u2066b\u2069\u200e\u200f\u061c\u200b\ufeff\u00adc", "abc"},
		{"nul\x00esc\x1b[31m", "nul esc [31m"},
		{"tag\U000e0041\U000e007f", "tag"},
		{"private \ue000use", "private use"},
		{"bad \xff\xfe utf-8", "bad \ufffd utf-8"},
		{"שלום עולם", "שלום עולם"},
		{"نمی\u200cخواهم", "نمی\u200cخواهم"},
		{"क्\u200dष", "क्\u200dष"},
		{"Việt e\u0301\u0323", "Việt e\u0301\u0323"},
		{"Z" + strings.Repeat("\u0351", 50) + "a", "Z" + strings.Repeat("\u0351", 4) + "a"},
		{strings.Repeat("é", 400), strings.Repeat("é", 400)},
		{strings.Repeat("é", 401), strings.Repeat("é", 400) + "…"},
		{strings.Repeat("\u200b", 1e6) + "x", "x"},
	} {
		if got := public.Plain(tt.in); got != tt.want {
			t.Errorf("%.60q becomes %.60q, want %.60q", tt.in, got, tt.want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "a b", "\u202e\u0351\u200d\xff", strings.Repeat("x ", 500), "<script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := public.Plain(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 401 {
			t.Errorf("%q becomes %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q keeps %U", s, r)
			}
		}
		if utf8.RuneCountInString(got) <= 400 && public.Plain(got) != got {
			t.Errorf("%q is not stable: %q, %q", s, got, public.Plain(got))
		}
	})
}
