package store_test

import (
	"testing"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
)

// TestForgottenAwards: an award is told to be without account only where it is. That of
// somebody else whose letter went to the address of the one who left stays in that account.
func TestForgottenAwards(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		const (
			leaver  = "00000000-0000-4000-8000-0000000000f1"
			stays   = "00000000-0000-4000-8000-0000000000f2"
			held    = "00000000-0000-4000-8000-00000000000a"
			other   = "00000000-0000-4000-8000-00000000000b"
			waiting = "00000000-0000-4000-8000-00000000000c"
			digest  = "'2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'"
		)
		s := db.open(t, nil)
		raw := db.raw(t)
		defer raw.Close()
		x := `x'78'`
		if db.postgres() {
			x = `'x'`
		}
		execute(t, raw,
			`insert into bodies (id, name, profile, version, created_at) values ('nord','Demo','{}',1,1)`,
			`insert into people (id, email, name, lang, settings, epoch, created_at) values
				('`+leaver+`','leaver@demo.example','L','en','{}',1,1), ('`+stays+`','stays@demo.example','S','en','{}',1,1)`,
			`insert into awards (id,body,document,version,original,summary,email,lang,evidence,imported_at,imported_by)
				values ('`+waiting+`','nord','x',`+digest+`,`+digest+`,'{}','leaver@demo.example','en','',1,'o')`,
		)
		for id, holder := range map[string]string{held: leaver, other: stays} {
			draft := "00000000-0000-4000-8000-00000000001" + id[len(id)-1:]
			copied := "urn:credential:" + draft
			execute(t, raw,
				`insert into results values ('nord/`+id+`', 'x', `+digest+`, 1)`,
				`insert into drafts (id,result,body,document,digest,issued_at,valid_from) values ('`+draft+`', 'nord/`+id+`', 'nord', 'x', `+digest+`, 1, 1)`,
				`insert into reservations values ('`+copied+`', '`+draft+`', 'edc', '', 'nord/`+id+`', null, `+digest+`, 1, null)`,
				`insert into sealed values ('`+copied+`', '`+draft+`', 'edc', 'application/jose+json', `+x+`, `+digest+`, 1)`,
				`insert into awards (id,body,document,version,original,summary,email,lang,evidence,imported_at,imported_by,begun_at,begun_by,sealed_at,draft,credential,holder,held_as,claimed_at)
					values ('`+id+`','nord',null,`+digest+`,`+digest+`,'{}','leaver@demo.example','en','',1,'o',1,'o',1,'`+draft+`','`+copied+`','`+holder+`','`+id+`',1)`,
			)
		}
		if err := s.ForgetAwards(t.Context(), leaver); err != nil {
			t.Fatal(err)
		}
		for id, forgotten := range map[assessment.ResultID]bool{held: true, other: false, waiting: true} {
			a, err := s.Award(t.Context(), "nord", id)
			if err != nil {
				t.Fatal(err)
			}
			if !a.ForgottenAt.IsZero() != forgotten || a.Email != "" || (a.Holder == access.PersonID(stays)) != (id == other) {
				t.Errorf("%s: forgotten at %v, held by %q, address %q", id, a.ForgottenAt, a.Holder, a.Email)
			}
		}
	})
}
