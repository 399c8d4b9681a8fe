package assessment

// A Unit is one version of a standard: the group of competences that is
// certified as a micro-credential (requirement R51), its learning outcomes
// and the criteria that performance is judged by (R53). A Unit that was
// awarded is never changed; a change is a new version.
type Unit struct {
	ID            string        `json:"id"`      // such as "lighting"
	Version       string        `json:"version"` // such as "0.1"; 0.x is seed data, replaceable
	Status        Status        `json:"status"`
	Title         Text          `json:"title"`
	Description   Text          `json:"description"`
	Scheme        Scheme        `json:"scheme"`
	Prerequisites Prerequisites `json:"prerequisites,omitzero"`
	Level         Level         `json:"level"`
	Workload      Workload      `json:"workload"`
	ThematicAreas []string      `json:"thematicAreas"`         // ISCED-F concepts of the European vocabulary
	Occupations   []ESCO        `json:"occupations,omitempty"` // whose skills the unit draws on
	Outcomes      []Outcome     `json:"outcomes"`
	Knowledge     List          `json:"knowledge,omitzero"`
	Attitudes     List          `json:"attitudes,omitzero"`
	Related       []Related     `json:"related,omitempty"`
	Note          Text          `json:"note,omitempty"` // where the text comes from, and what is ours in it
}

// Name is the name of a unit version as its file has it: "lighting@0.1".
func (u Unit) Name() string { return u.ID + "@" + u.Version }

// Outcome finds a learning outcome by its id.
func (u Unit) Outcome(id string) (Outcome, bool) {
	for _, o := range u.Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return Outcome{}, false
}

// A Status says whether a unit can be awarded (R50).
type Status string

// The statuses. The zero Status awards nothing.
const (
	Ready         Status = "ready"
	InPreparation Status = "in-preparation" // listed, not certifiable
)

// A Scheme is the certification scheme that a unit belongs to.
type Scheme struct {
	ID    string `json:"id"`
	Title Text   `json:"title"`
}

// Prerequisites are units that a candidate should hold before this one.
// Whether they must is the scheme's policy for this unit version.
type Prerequisites struct {
	Units    []string `json:"units"`    // ids
	Enforced bool     `json:"enforced"` // false: named, not demanded
}

// A Level is the level of a unit in the European Qualifications Framework. A
// national level belongs to the award, not to the unit: see AwardLevel.
type Level struct {
	EQF  int `json:"eqf"`            // 1 to 8
	From int `json:"from,omitempty"` // the lower end, where the scheme gives a range; only in preparation
}

// A Workload is the notional learning time.
type Workload struct {
	Hours        int  `json:"hours"`
	Illustrative bool `json:"illustrative,omitempty"` // not from the scheme: must be recognisable when shown
}

// An Outcome is what a learner knows, understands and is able to do.
type Outcome struct {
	ID       string      `json:"id"` // such as "L1"
	Kind     Kind        `json:"kind"`
	Level    int         `json:"level,omitempty"` // EQF; may differ from the unit's; 0 = not settled
	Title    Text        `json:"title"`
	Source   Source      `json:"source"` // of title and scope
	Codes    []string    `json:"codes,omitempty"`
	ESCO     []ESCO      `json:"esco,omitempty"`
	Criteria []Criterion `json:"criteria"`
}

// Criterion finds a performance criterion by its id.
func (o Outcome) Criterion(id string) (Criterion, bool) {
	for _, c := range o.Criteria {
		if c.ID == id {
			return c, true
		}
	}
	return Criterion{}, false
}

// A Kind is the type of a learning outcome, as in the European vocabulary of
// skill types.
type Kind string

// The kinds.
const (
	Skill     Kind = "skill"     // http://data.europa.eu/snb/skill-type/skill
	Knowledge Kind = "knowledge" // http://data.europa.eu/snb/skill-type/knowledge
)

// A Criterion is one thing that the candidate has to show (R05).
type Criterion struct {
	ID     string `json:"id"` // "a", "b" …
	Text   Text   `json:"text"`
	Source Source `json:"source"`
}

// A Source says where a text of a unit comes from. All are in our own words.
type Source string

// The sources.
const (
	FromPage     Source = "T"  // restated from a page of the TeBeVAT sectoral layer that was read
	FromTitle    Source = "T-" // code and title of the TeBeVAT page were read, its criteria were not
	FromESCO     Source = "E"  // restated from the ESCO description of the skill
	Illustrative Source = "I"  // ours; never to be shown as the scheme's own text
)

// Illustrative tells whether the text is ours and must be recognisable as such
// where it is shown. What is not known to come from a source is ours.
func (s Source) Illustrative() bool {
	return s != FromPage && s != FromTitle && s != FromESCO
}

// An ESCO is a link to a concept of the classification of European Skills,
// Competences, Qualifications and Occupations (R52).
type ESCO struct {
	URI     string `json:"uri"`
	Label   Text   `json:"label"`           // as published; a language that was not published is absent
	Version string `json:"version"`         // ESCO version that the link was taken from
	Reuse   Reuse  `json:"reuse,omitempty"` // of skills and knowledge
}

// A Reuse is the reuse level of a skill: how widely it applies. The values are
// those of http://data.europa.eu/snb/skill-reuse-level/.
type Reuse string

// The reuse levels.
const (
	SectorSpecific     Reuse = "sector-specific"
	OccupationSpecific Reuse = "occupation-specific"
	CrossSector        Reuse = "cross-sector"
	Transversal        Reuse = "transversal"
)

// A List is a list of things to know, or of attitudes, of one source.
type List struct {
	Source Source `json:"source"`
	Items  []Text `json:"items"`
}

// IsZero tells whether the List says nothing.
func (l List) IsZero() bool { return l.Source == "" && len(l.Items) == 0 }

// A Related is a competence that the scheme names beside the outcomes of a
// unit. It is not part of what is certified.
type Related struct {
	Relation Relation `json:"relation"`
	Title    Text     `json:"title"`
	Code     string   `json:"code,omitempty"`
	Level    int      `json:"level,omitempty"` // EQF
	ESCO     []ESCO   `json:"esco,omitempty"`
	Source   Source   `json:"source"`
}

// A Relation says how a Related stands to its unit.
type Relation string

// The relations.
const (
	Listed Relation = "listed" // named on the unit's page, no criteria known
	Beyond Relation = "beyond" // of a higher level, outside the core
)

// IsZero tells whether there are no prerequisites.
func (p Prerequisites) IsZero() bool { return len(p.Units) == 0 && !p.Enforced }
