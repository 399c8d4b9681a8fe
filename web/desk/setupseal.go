package desk

import (
	"errors"
	"net/http"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/web/page"
)

type sealView struct {
	Where, All string
	Badge      page.Badge
	Text       string
	What       string // a seal is for
	Rows       []page.Row
	Missing    []linked // what a seal needs of the profile
	Trial      *page.Act
	TrialText  string
	Asked      string // when the request was made
	Request    *page.Act
	Bring      *page.Act
	Ask        *page.Form // makes a request
	Again      bool       // there is one already
	Back       page.Act
}

// sealWord is how it stands with a seal, in a word.
func (at place) sealWord(s body.State) string {
	return at.loc.T("desk.seal.word." + string(s.Standing))
}

func sealTone(s body.State) page.Tone {
	switch s.Standing {
	case body.Installed:
		return page.Good
	case body.Trial, body.Requested, body.ExpiresSoon:
		return page.Open
	case body.Expired, body.DoesNotFit:
		return page.Bad
	case body.NoSeal:
	}
	return page.Calm
}

func (a *Admin) seal(w http.ResponseWriter, r *http.Request) error {
	at, err := a.see(r, access.ManageSeal)
	if err != nil {
		return err
	}
	act, err := a.goOn(r, at)
	if err != nil {
		return err
	}
	var notices []page.Notice
	good := func(key string) {
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T(key), Act: act})
	}
	switch r.URL.Query().Get("done") {
	case "trial":
		good("desk.seal.done.trial")
	case "requested":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.seal.done.requested")})
	case "installed":
		good("desk.seal.done.installed")
	case "renamed":
		notices = append(notices, page.Notice{Tone: page.Bad, Title: at.loc.T("desk.seal.done.renamed"), Text: at.loc.T("desk.seal.done.renamed.text")})
	}
	return a.showSeal(w, r, at, http.StatusOK, notices...)
}

// goOn leads to what is done with a seal: by oneself, or by who is invited for it, while
// nobody is there who seals.
func (a *Admin) goOn(r *http.Request, at place) (*page.Act, error) {
	switch {
	case a.can(at, access.ImportResults):
		return &page.Act{Label: at.loc.T("desk.home.results"), Href: at.to(at.results()), Small: true}, nil
	case a.can(at, access.ManageStaff):
		members, err := a.c.Accounts.Members(r.Context(), at.actor, at.body)
		if err != nil || !nobodySeals(members) {
			return nil, err
		}
		return &page.Act{Label: at.loc.T("desk.setup.ready.staff"), Href: at.to(at.staff()), Small: true}, nil
	}
	return nil, nil
}

// showSeal shows how it stands with the seal and what to do next.
func (a *Admin) showSeal(w http.ResponseWriter, r *http.Request, at place, status int, notices ...page.Notice) error {
	p, _, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	s, err := a.state(at.body, p)
	if err != nil {
		return err
	}
	n := len(steps()) + 1
	v := sealView{
		Where: at.loc.T("desk.setup.where", "Number", n, "Of", n), All: at.to(at.setup()),
		Badge: page.Badge{Tone: sealTone(s), Text: at.sealWord(s)}, Text: at.loc.TMap(s.Message()), Rows: at.sealRows(p, s),
		Back: page.Act{Label: at.loc.T("desk.setup.back"), Href: at.to(at.setup()), Quiet: true},
	}
	if v.What = at.loc.T("desk.seal.what"); s.Trial && !s.OfDemo() {
		v.What = at.loc.T("desk.seal.what.trial")
	}
	for _, st := range stages(p, s) {
		for _, m := range st.needed {
			if m.Path == "$.legalName" || m.Path == "$.identifier.notation" || m.Path == "$.country" {
				v.Missing = append(v.Missing, linked{at.loc.TMap(m.Key, m.Args), at.loc.T("desk.setup.step." + st.name), at.to(at.setup() + "/" + st.name)})
			}
		}
	}
	if len(v.Missing) > 0 && s.Standing == body.NoSeal { // what to do first stands below
		v.Text = at.loc.T("desk.seal.first")
	}
	base := at.setup() + "/" + sealStep
	if s.Number == 0 || s.Trial {
		v.TrialText = at.loc.T("desk.seal.trial.text")
		if len(v.Missing) == 0 {
			v.Trial = &page.Act{Label: at.loc.T("desk.seal.trial.make"), Href: base + "/trial", Post: true, Quiet: s.Standing == body.Trial}
			if s.Trial {
				v.Trial.Label = at.loc.T("desk.seal.trial.anew")
			}
		}
	}
	if s.Waiting {
		v.Again, v.Asked = true, at.loc.T("desk.seal.asked", "Date", at.loc.Date(s.Asked))
		v.Request = &page.Act{Label: at.loc.T("desk.seal.request.file"), Href: base + "/request.pem", Quiet: true}
		v.Bring = &page.Act{Label: at.loc.T("desk.seal.bring"), Href: at.to(base + "/certificate")}
	}
	if len(v.Missing) == 0 {
		v.Ask = requestForm(at)
	}
	return a.c.Site.Show(w, r, "setupseal", status, page.Content{
		Title: at.loc.T("desk.setup.step." + sealStep), Main: v, Notices: notices, Again: base,
	})
}

func (at place) sealRows(p body.Profile, s body.State) []page.Row {
	if s.Number == 0 {
		return nil
	}
	// A seal has one name; whoever checks takes any of the body's languages for it.
	var fits []string
	for _, l := range p.Languages {
		key := "desk.seal.fits.not"
		if p.Name(l) == s.Owner.LegalName {
			key = "desk.seal.fits"
		}
		fits = append(fits, at.loc.T(key, "Language", languageName(at.loc, l), "Name", p.Name(l)))
	}
	return []page.Row{
		{Name: "owner", Label: at.loc.T("desk.seal.owner"), Value: s.Owner.LegalName},
		{Name: "fits", Label: at.loc.T("desk.seal.fits.label"), Values: fits},
		{Name: "identifier", Label: at.loc.T("desk.setup.identifier"), Value: s.Owner.OrganizationIdentifier, Code: true},
		{Name: "country", Label: at.loc.T("desk.setup.country"), Value: countryName(at.loc, s.Owner.Country)},
		{Name: "authority", Label: at.loc.T("desk.seal.authority"), Value: s.Authority},
		{Name: "from", Label: at.loc.T("desk.seal.from"), Value: at.loc.Date(s.From)},
		{Name: "until", Label: at.loc.T("desk.seal.until"), Value: at.loc.Date(s.Until)},
	}
}

func requestForm(at place) *page.Form {
	t := at.loc.T
	return &page.Form{
		ID: "request", Action: at.setup() + "/" + sealStep + "/request", Submit: t("desk.seal.request.make"),
		Controls: []page.Control{&page.Choice{
			Name: "algorithm", Label: t("desk.seal.algorithm"), Hint: t("desk.seal.algorithm.hint"), Options: []page.Option{
				{Value: keys.ES256, Label: t("desk.seal.algorithm.es256"), Chosen: true}, {Value: keys.RS256, Label: t("desk.seal.algorithm.rs256")},
			},
		}},
	}
}

// refusedSeal tells on the page itself why a seal or a request was not made. Faults
// of the profile are on the page already.
func refusedSeal(loc i18n.Localizer, err error, title string) (page.Notice, bool) {
	n := page.Notice{Tone: page.Bad, Title: loc.T(title)}
	if l, ok := errors.AsType[fault.List](err); ok && len(l) > 0 {
		n.Text = loc.TMap(l[0].Key, l[0].Args)
		return n, true
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Public != "" && (e.Kind == fault.Conflict || e.Kind == fault.TooMany || e.Kind == fault.Invalid) {
		n.Text = loc.TMap(e.Public, e.Args)
		return n, true
	}
	return n, false
}

// sealing is what the acts with a seal begin with.
func (a *Admin) sealing(r *http.Request) (place, body.Profile, body.Keys, error) {
	at, err := a.at(r, access.ManageSeal)
	if err != nil {
		return at, body.Profile{}, body.Keys{}, err
	}
	p, _, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return at, body.Profile{}, body.Keys{}, err
	}
	k, err := a.keys(at.body)
	return at, p, k, err
}

func (a *Admin) trialSeal(w http.ResponseWriter, r *http.Request) error {
	at, p, k, err := a.sealing(r)
	if err != nil {
		return err
	}
	if _, err := k.NewTrialSeal(p); err != nil {
		if n, ok := refusedSeal(at.loc, err, "desk.seal.trial.not"); ok {
			return a.showSeal(w, r, at, page.RefusalOf(err).Status, n)
		}
		return err
	}
	page.SeeOther(w, r, at.to(at.setup()+"/"+sealStep+"?done=trial"))
	return nil
}

func (a *Admin) requestSeal(w http.ResponseWriter, r *http.Request) error {
	at, p, k, err := a.sealing(r)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	algorithm := in.Text("algorithm")
	if algorithm != keys.RS256 {
		algorithm = keys.ES256
	}
	if _, err := k.NewRequest(p, algorithm); err != nil {
		if n, ok := refusedSeal(at.loc, err, "desk.seal.request.not"); ok {
			return a.showSeal(w, r, at, page.RefusalOf(err).Status, n)
		}
		return err
	}
	page.SeeOther(w, r, at.to(at.setup()+"/"+sealStep+"?done=requested"))
	return nil
}

// requestFile gives the request that waits. It holds a public key and what the
// profile says: nothing secret.
func (a *Admin) requestFile(w http.ResponseWriter, r *http.Request) error {
	at, err := a.see(r, access.ManageSeal)
	if err != nil {
		return err
	}
	k, err := a.keys(at.body)
	if err != nil {
		return err
	}
	data, err := k.Request()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(at.body)+`-seal-request.pem"`)
	page.Write(w, r, http.StatusOK, "application/x-pem-file", data)
	return nil
}

type chainView struct {
	Form *page.Form
	Back page.Act
}

// maxChain is how many bytes a form with certificates may have.
const maxChain = 1 << 20

func chainForm(at place) *page.Form {
	return &page.Form{
		ID: "chain", Action: at.setup() + "/" + sealStep + "/certificate", Files: true, Submit: at.loc.T("desk.seal.chain.install"),
		Controls: []page.Control{&page.File{
			Name: "chain", Label: at.loc.T("desk.seal.chain"), Hint: at.loc.T("desk.seal.chain.hint"), Accept: ".pem,.crt,.cer,.txt,application/x-pem-file",
		}},
	}
}

// askChain shows the form for certificates. It asks for a new sign-in before, not
// after the file was chosen.
func (a *Admin) askChain(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ManageSeal)
	if err != nil {
		return err
	}
	return a.showChain(w, r, at, http.StatusOK, chainForm(at))
}

func (a *Admin) showChain(w http.ResponseWriter, r *http.Request, at place, status int, form *page.Form) error {
	base := at.setup() + "/" + sealStep
	return a.c.Site.Show(w, r, "setupchain", status, page.Content{Title: at.loc.T("desk.seal.bring"), Again: base + "/certificate", Main: chainView{
		Form: form, Back: page.Act{Label: at.loc.T("desk.seal.back"), Href: at.to(base), Quiet: true},
	}})
}

func (a *Admin) installChain(w http.ResponseWriter, r *http.Request) error {
	at, p, k, err := a.sealing(r)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, maxChain)
	if err != nil {
		return err
	}
	f, ok := in.File("chain")
	err = fault.List{{Path: "$.chain", Key: "desk.seal.chain.none"}}
	if ok && len(f.Data) > 0 {
		_, err = k.InstallChain(p, f.Data)
	}
	if err == nil {
		page.SeeOther(w, r, at.to(at.setup()+"/"+sealStep+"?done=installed"))
		return nil
	}
	clear(f.Data) // whatever it was, it is not kept a moment longer
	form := chainForm(at)
	if err := atField("chain", err); !form.Fail(err, at.loc) {
		return err
	}
	return a.showChain(w, r, at, page.RefusalOf(err).Status, form)
}
