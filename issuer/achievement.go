package issuer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
)

// Where the values of the European vocabularies begin, and those of ESCO.
const (
	snb        = "http://data.europa.eu/snb/"
	escoSkills = "http://data.europa.eu/esco/skill/"
)

var modes = map[assessment.Mode]string{
	assessment.Presential:       elm.ModePresential,
	assessment.Online:           elm.ModeOnline,
	assessment.Blended:          elm.ModeBlended,
	assessment.WorkBased:        elm.ModeWorkBased,
	assessment.ProjectBased:     snb + "learning-assessment/7813801c77",
	assessment.ResearchLabBased: snb + "learning-assessment/ed4c557045",
}

var settings = map[assessment.Setting]string{
	assessment.Formal:    elm.LearningFormal,
	assessment.NonFormal: elm.LearningNonFormal,
}

var creditFrameworks = map[assessment.CreditFramework]string{
	assessment.ECVET: elm.CreditECVET,
	assessment.ECTS:  elm.CreditECTS,
}

var outcomeKinds = map[assessment.Kind]string{
	assessment.Skill:     elm.OutcomeSkill,
	assessment.Knowledge: elm.OutcomeKnowledge,
}

// valueOf finds the concept that a value of the Result stands for; a value
// that stands for none is a fault at path. No value is no concept: whether it
// may be missing is for CheckAnnexI to say.
func (b *builder) valueOf(path, iri, value string) *elm.Concept {
	switch {
	case iri != "":
		return b.conceptPtr(path, iri)
	case value != "":
		return b.conceptPtr(path, value)
	}
	return nil
}

// many makes the values of a property from one that may be missing.
func many(c *elm.Concept) elm.Many[elm.Concept] {
	if c == nil {
		return nil
	}
	return elm.One(*c)
}

// achievement makes the one claim: the unit, awarded.
func (b *builder) achievement() *elm.LearningAchievement {
	unit, d := b.r.Unit, b.r.Decision
	a := &elm.LearningAchievement{
		ID:    "#achievement",
		Title: b.text(unit.Title),
		AwardedBy: &elm.AwardingProcess{
			ID: "#awarding", AwardingBody: elm.Many[elm.Actor]{b.awardingBody()},
		},
		SpecifiedBy: b.qualification(),
	}
	if !d.Date.IsZero() {
		a.AwardedBy.AwardingDate = elm.NewDateTime(d.Date.Time())
	}
	for i, m := range b.r.Methods {
		a.ProvenBy = append(a.ProvenBy, b.assessment(i, m))
	}
	if c := b.credits(); c != nil {
		a.CreditReceived = elm.One(*c)
	}
	if d.Imported {
		// What this program did not witness it does not claim.
		a.AdditionalNote = append(a.AdditionalNote, b.note(noteImported, "issue.note.imported",
			"Body", b.r.Body.LegalName, "Date", b.date(d.Date)))
	}
	return a
}

// date gives a day as each language writes it.
func (b *builder) date(d assessment.Date) func(lang string) string {
	return func(lang string) string { return localizer(lang).Date(d.Time()) }
}

// qualification makes what the achievement consists of.
func (b *builder) qualification() *elm.Qualification {
	r, unit := b.r, b.r.Unit
	q := &elm.Qualification{
		ID:              "#qualification",
		Identifier:      elm.One(elm.Identifier{ID: "#unit", Notation: unit.Name(), SchemeName: "Probatum unit"}),
		Title:           b.text(unit.Title),
		Description:     b.text(unit.Description),
		Mode:            many(b.valueOf("$.participation.mode", modes[r.Participation.Mode], string(r.Participation.Mode))),
		LearningSetting: b.valueOf("$.participation.setting", settings[r.Participation.Setting], string(r.Participation.Setting)),
	}
	if unit.Workload.Hours > 0 {
		q.VolumeOfLearning = elm.Hours(unit.Workload.Hours)
	}
	for i, iri := range unit.ThematicAreas {
		q.ThematicArea = append(q.ThematicArea, b.concept(fmt.Sprintf("$.unit.thematicAreas[%d]", i), iri))
	}
	for i, o := range unit.Outcomes {
		q.LearningOutcome = append(q.LearningOutcome, b.outcome(i, o))
	}
	if c := b.credits(); c != nil {
		q.CreditPoint = elm.One(*c)
	}
	if len(r.Notes.Prerequisites) > 0 {
		q.EntryRequirement = &elm.Note{ID: "#prerequisites", NoteLiteral: b.text(r.Notes.Prerequisites)}
	}
	b.level(q)
	if len(r.Notes.Stackability) > 0 {
		q.AdditionalNote = append(q.AdditionalNote, elm.Note{ID: "#stackability", NoteLiteral: b.text(r.Notes.Stackability)})
	}
	b.sources(q)
	return q
}

// The nodes of notes that stand for something the model has no property for.
// Package render knows them by these ends of their ids.
const (
	noteLevel        = "#note-level"        // no national level is referenced: which descriptors were used
	noteWorkload     = "#note-workload"     // the workload is an example
	noteIllustrative = "#note-illustrative" // what the mark on wording means
	noteESCO         = "#note-esco"         // which version of ESCO
	noteImported     = "#note-imported"     // the decision was taken elsewhere
	endWording       = "-wording"           // the wording of the outcome is an example
	endCriteria      = "-criteria"          // performance criteria of the outcome
)

// level states the EQF level together with the national level that is
// referenced to it. Without one there is no EQF level, and a note says which
// descriptors were used.
func (b *builder) level(q *elm.Qualification) {
	l := b.r.Level
	switch {
	case l.EQF == 0:
	case l.National == nil:
		q.AdditionalNote = append(q.AdditionalNote, b.note(noteLevel, "issue.note.level", "Level", l.EQF))
	default:
		q.EQFLevel = b.conceptPtr("$.level.eqf", fmt.Sprintf("%seqf/%d", snb, l.EQF))
		q.NQFLevel = elm.One(b.concept("$.level.national.id", l.National.ID))
	}
}

// sources says where wording and numbers come from, as far as a reader could
// take them for the scheme's own.
func (b *builder) sources(q *elm.Qualification) {
	unit := b.r.Unit
	if unit.Workload.Illustrative && unit.Workload.Hours > 0 {
		q.AdditionalNote = append(q.AdditionalNote, b.note(noteWorkload, "issue.note.workload", "Hours", unit.Workload.Hours))
	}
	if b.illustrative {
		q.AdditionalNote = append(q.AdditionalNote, b.note(noteIllustrative, "issue.note.illustrative"))
	}
	var versions []string
	for _, o := range unit.Outcomes {
		for _, e := range o.ESCO {
			if e.Version != "" && !slices.Contains(versions, e.Version) {
				versions = append(versions, e.Version)
			}
		}
	}
	if len(versions) > 0 {
		slices.Sort(versions)
		q.AdditionalNote = append(q.AdditionalNote, b.note(noteESCO, "issue.note.esco", "Version", strings.Join(versions, ", ")))
	}
}

func (b *builder) credits() *elm.CreditPoint {
	c := b.r.Credits
	if c == nil {
		return nil
	}
	return &elm.CreditPoint{
		ID:        "#credits",
		Framework: b.valueOf("$.credits.framework", creditFrameworks[c.Framework], string(c.Framework)),
		Point:     strconv.FormatFloat(c.Points, 'f', -1, 64),
	}
}

// outcome makes one learning outcome with its criteria and its ESCO skills.
func (b *builder) outcome(i int, o assessment.Outcome) elm.LearningOutcome {
	id, path := fmt.Sprintf("#outcome-%d", i+1), fmt.Sprintf("$.unit.outcomes[%d]", i)
	out := elm.LearningOutcome{
		ID:     id,
		Title:  b.text(o.Title),
		DCType: b.valueOf(path+".kind", outcomeKinds[o.Kind], string(o.Kind)),
	}
	for n, code := range o.Codes {
		out.Identifier = append(out.Identifier, elm.Identifier{
			ID: fmt.Sprintf("%s-code-%d", id, n+1), Notation: code, SchemeName: b.primary(b.r.Unit.Scheme.Title),
		})
	}
	// What the descriptions of the assessments refer to.
	out.Identifier = append(out.Identifier, elm.Identifier{
		ID: id + "-id", Notation: o.ID, SchemeName: "Probatum unit " + b.r.Unit.Name(),
	})
	reuse := map[assessment.Reuse]bool{}
	for n, e := range o.ESCO {
		if !strings.HasPrefix(e.URI, escoSkills) {
			b.faults.Add(fmt.Sprintf("%s.esco[%d].uri", path, n), "issue.concept", "R52", "Value", e.URI)
			continue
		}
		// The labels as they were published, in every language that has one.
		out.RelatedESCOSkill = append(out.RelatedESCOSkill, elm.Concept{
			ID: e.URI, PrefLabel: allLanguages(e.Label), Notation: "Skill",
			InScheme: elm.One(elm.ConceptScheme{ID: elm.SchemeESCOSkills}),
		})
		reuse[e.Reuse] = true
	}
	if len(reuse) == 1 { // skills of several levels leave that of the outcome open
		for level := range reuse {
			if level != "" {
				out.ReusabilityLevel = b.conceptPtr(path+".esco", snb+"skill-reuse-level/"+string(level))
			}
		}
	}
	if o.Source.Illustrative() {
		b.illustrative = true
		out.AdditionalNote = append(out.AdditionalNote, b.note(id+endWording, "issue.note.wording"))
	}
	if len(o.Criteria) > 0 {
		out.AdditionalNote = append(out.AdditionalNote, b.criteria(id, o.Criteria))
	}
	return out
}

// criteria lists what had to be shown, and marks what is not the scheme's.
func (b *builder) criteria(id string, criteria []assessment.Criterion) elm.Note {
	for _, c := range criteria {
		b.illustrative = b.illustrative || c.Source.Illustrative()
	}
	return b.note(id+endCriteria, "issue.note.criteria", "List", func(lang string) string {
		items := make([]string, len(criteria))
		for i, c := range criteria {
			text, _ := c.Text.In(lang)
			items[i] = c.ID + ") " + text
			if c.Source.Illustrative() {
				items[i] += " " + localizer(lang).T("issue.illustrative")
			}
		}
		return strings.Join(items, localizer(lang).T("issue.separator"))
	})
}

// primary gives a text in the first language of the certificate.
func (b *builder) primary(t assessment.Text) string {
	s, _ := t.In(b.r.Languages...)
	return s
}
