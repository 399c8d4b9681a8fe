package page

// A Frame is what stands around a page for who is signed in. Texts are in the
// reader's language already, addresses are paths of ours.
type Frame struct {
	Person  string // name of who is signed in
	Acting  string // for whom and as what, such as "Officer · DEMO Stage Certifiers"; may be empty
	Menu    []MenuItem
	Account string // path of the settings of the account
	Notices *NoticesLink
	SignOut string  // path that a form posts to; empty: no button
	Warning *Notice // on every page, above all else; nil: none
}

// A MenuItem leads to a place of a role.
type MenuItem struct {
	Label, Href string
	Current     bool
	Count       int // things that wait there; 0: none is shown
}

// A NoticesLink leads to the notices of a person.
type NoticesLink struct {
	Href    string
	New     int
	Current bool
}

// Waiting is how many things wait in all, for the closed menu of a phone.
func (f Frame) Waiting() int {
	n := 0
	for _, item := range f.Menu {
		n += item.Count
	}
	if f.Notices != nil {
		n += f.Notices.New
	}
	return n
}
