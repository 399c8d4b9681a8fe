package desk

import (
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// rowBadge says in a word how far an award is, or how it stands with it.
func rowBadge(loc i18n.Localizer, r award.Row) page.Badge {
	switch {
	case r.State == award.Waiting:
		return page.Badge{Tone: page.Open, Text: loc.T("desk.awards.state.waiting")}
	case r.State == award.Begun:
		return page.Badge{Tone: page.Bad, Text: loc.T("desk.awards.state.begun")}
	}
	return standingBadge(loc, r.Standing)
}

// standingBadge says in a word how it stands with a credential.
func standingBadge(loc i18n.Localizer, s status.State) page.Badge {
	switch s {
	case status.Revoked:
		return page.Badge{Tone: page.Bad, Text: loc.T("desk.awards.standing.revoked")}
	case status.Suspended:
		return page.Badge{Tone: page.Open, Text: loc.T("desk.awards.standing.suspended")}
	}
	return page.Badge{Tone: page.Good, Text: loc.T("desk.awards.standing.valid")}
}

// claimBadge tells whether the candidate has the credential.
func claimBadge(loc i18n.Localizer, claimed, told, forgotten bool) page.Badge {
	switch {
	case claimed:
		return page.Badge{Tone: page.Good, Text: loc.T("desk.awards.claim.taken")}
	case forgotten:
		return page.Badge{Tone: page.Calm, Text: loc.T("desk.awards.claim.forgotten")}
	case told:
		return page.Badge{Tone: page.Open, Text: loc.T("desk.awards.claim.sent")}
	}
	return page.Badge{Tone: page.Calm, Text: loc.T("desk.awards.claim.none")}
}
