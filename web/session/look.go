package session

import (
	"net/http"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
)

// The look is what somebody has set about pages, kept in their browser so that
// the page to sign in is as they want it. It is no secret and names nobody.
const lookFor = 365 * 24 * 3600

// KeepLook keeps language and settings in the browser.
func (m *Manager) KeepLook(w http.ResponseWriter, lang string, s access.Settings) {
	value := lang
	if s.LargeText {
		value += ".large"
	}
	if s.HighContrast {
		value += ".contrast"
	}
	if s.CalmMotion {
		value += ".calm"
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever the pages have https
		Name: m.name("probatum-look"), Value: value, Path: "/", MaxAge: lookFor,
		Secure: m.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (m *Manager) lookOf(r *http.Request) page.Preferences {
	c, err := r.Cookie(m.name("probatum-look"))
	if err != nil || len(c.Value) > 50 {
		return page.Preferences{}
	}
	lang, rest, _ := strings.Cut(c.Value, ".")
	has := func(name string) bool { return strings.Contains(rest, name) }
	return page.Preferences{Lang: lang, LargeText: has("large"), HighContrast: has("contrast"), CalmMotion: has("calm")}
}
