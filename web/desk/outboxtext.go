package desk

import (
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page"
)

// kindKey names what a letter is about.
func kindKey(k mail.Kind) string { return "desk.mail.kind." + string(k) }

func stateKey(s mail.State) string { return "desk.mail.state." + string(s) }

// helpKey says what a state means and what to do.
func helpKey(s mail.State) string { return "desk.mail.help." + string(s) }

func stateBadge(loc i18n.Localizer, e mail.Entry) page.Badge {
	tone := page.Calm
	switch e.State {
	case mail.Sent:
		tone = page.Good
	case mail.Waiting:
		tone = page.Open
	case mail.Bounced, mail.GaveUp:
		tone = page.Bad
	case mail.Kept, mail.Withdrawn:
	}
	return page.Badge{Tone: tone, Text: loc.T(stateKey(e.State))}
}

// needsWork tells whether somebody should look at the reason.
func needsWork(e mail.Entry) bool {
	return e.Reason != "" && (e.State == mail.Waiting || e.State == mail.Bounced || e.State == mail.GaveUp)
}

func recipient(loc i18n.Localizer, e mail.Entry) string {
	if e.Purged {
		return loc.T("desk.mail.purged")
	}
	return e.To
}

func moment(loc i18n.Localizer, t time.Time) string {
	return loc.T("mail.when", "Date", loc.Date(t), "Time", t.UTC().Format("15:04"))
}
