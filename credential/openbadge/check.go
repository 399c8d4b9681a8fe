package openbadge

import (
	"errors"
	"regexp"
	"slices"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
)

// maxFindings bounds a report. More helps nobody.
const maxFindings = 100

// Check tells where a badge, or an EndorsementCredential, breaks the data model
// of Open Badges 3.0: members that are missing, of the wrong type, given too
// often, or of no word of their vocabulary, and references that lead nowhere.
// The rule of a finding is "ob-3.0/", the class and the property of appendix B.1.
//
// What the standard allows several times may stand alone or in an array.
// Members that it does not know are passed over: classes may be extended. An
// image may be its URI alone, as the standard says in words (B.1.13). Dates of
// the envelope are the business of package vcdm.
func Check(doc []byte) []elm.Finding {
	k := &checker{}
	root, err := strictjson.Parse(doc)
	if err != nil || !root.Is(strictjson.Object) {
		f := elm.Finding{Path: "$", Rule: "document/json", Key: "openbadge.json"}
		if e, ok := errors.AsType[*strictjson.Error](err); ok {
			f.Path = e.Path
		}
		return []elm.Finding{f}
	}
	t := root.Member("type")
	switch {
	case t.Has(TypeOpenBadge) || t.Has(TypeAchievement):
		k.object(root, "AchievementCredential")
	case t.Has(TypeEndorsement):
		k.object(root, "EndorsementCredential")
	default:
		k.find(root, "AchievementCredential", "type", "openbadge.type")
	}
	return k.findings
}

type checker struct {
	findings []elm.Finding
}

func (k *checker) find(v *strictjson.Value, class, member, key string, pairs ...string) {
	if len(k.findings) >= maxFindings {
		return
	}
	args := map[string]any{"Object": class, "Member": member}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	k.findings = append(k.findings, elm.Finding{Path: v.Path(), Rule: "ob-3.0/" + class + "/" + member, Key: key, Args: args})
}

// object checks an object by its table, then by the rules that stand beside it.
func (k *checker) object(v *strictjson.Value, name string) {
	table := classes[name]
	if len(table.types) > 0 && !slices.ContainsFunc(table.types, v.Member("type").Has) {
		k.find(v, name, "type", "openbadge.class", "Value", table.types[0])
	}
	for _, p := range table.properties {
		value := v.Member(p.name)
		switch {
		case value == nil:
			if p.required {
				k.find(v, name, p.name, "openbadge.missing")
			}
		case value.Is(strictjson.Array) && !p.many && p.kind != asPresent, p.name == "credentialStatus" && len(value.Values()) > 1:
			k.find(value, name, p.name, "openbadge.once")
		default:
			for _, one := range value.Values() {
				k.value(one, name, p)
			}
		}
	}
	k.words(v, name)
}

// value checks one value of a property.
func (k *checker) value(v *strictjson.Value, class string, p property) {
	switch p.kind {
	case asPresent:
		return
	case asReference:
		if v.Is(strictjson.String) && isURI(v.Text) {
			return
		}
		fallthrough
	case asObject:
		if v.Is(strictjson.Object) {
			k.object(v, p.class)
		} else {
			k.find(v, class, p.name, "openbadge.object", "Value", p.class)
		}
		return
	case asNumber:
		if !v.Is(strictjson.Number) {
			k.find(v, class, p.name, "openbadge.number")
		}
		return
	case asBool:
		if !v.Is(strictjson.Bool) {
			k.find(v, class, p.name, "openbadge.bool")
		}
		return
	}
	if !v.Is(strictjson.String) || p.required && v.Text == "" {
		k.find(v, class, p.name, "openbadge.text")
		return
	}
	form, ok := forms[p.kind]
	switch {
	case ok && !form.is(v.Text):
		k.find(v, class, p.name, form.key)
	case p.kind == asWord && !isWord(v.Text, p):
		if p.closed {
			k.find(v, class, p.name, "openbadge.word.closed")
		} else {
			k.find(v, class, p.name, "openbadge.word")
		}
	}
}

// forms are the shapes of texts.
var forms = map[kind]struct {
	is  func(string) bool
	key string
}{
	asURI:      {isURI, "openbadge.uri"},
	asTime:     {isTime, "openbadge.time"},
	asMoment:   {isMoment, "openbadge.moment"},
	asDate:     {isDate, "openbadge.date"},
	asLanguage: {language.MatchString, "openbadge.language"},
	asCountry:  {country.MatchString, "openbadge.country"},
	asMail:     {mail.MatchString, "openbadge.mail"},
	asJWS:      {compactJWS.MatchString, "openbadge.jws"},
}

var (
	language   = regexp.MustCompile(`^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$`) // BCP 47
	country    = regexp.MustCompile(`^[A-Z]{2}$`)
	mail       = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	compactJWS = regexp.MustCompile(`^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$`)
	extension  = regexp.MustCompile(`^ext:[a-zA-Z0-9._-]+$`)
	hash       = regexp.MustCompile(`^(sha256\$[0-9a-fA-F]{64}|md5\$[0-9a-fA-F]{32})$`)
	badge      = regexp.MustCompile(`^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.0\.[0-9]+)?\.json$`)
)

func isWord(s string, p property) bool {
	return slices.Contains(p.words, s) || !p.closed && extension.MatchString(s)
}

// words checks the rules that the standard puts into words beside a table.
func (k *checker) words(v *strictjson.Value, class string) {
	switch class {
	case "AchievementCredential", "EndorsementCredential":
		k.envelope(v, class)
	case "AchievementSubject":
		k.subject(v)
	case "Criteria":
		k.criteria(v)
	case "IdentityObject":
		k.identity(v)
	case "ResultDescription":
		k.description(v)
	}
}

// envelope: the contexts, and a beginning of the validity, whose form is not
// looked at here.

func (k *checker) envelope(v *strictjson.Value, class string) {
	list := v.Member("@context").Values()
	begin := "validFrom"
	if len(list) > 0 && list[0].Is(strictjson.String) && list[0].Text == contexts.CredentialsV1 {
		begin = "issuanceDate" // Open Badges 3.0 on VC Data Model 1.1, as before 2024
	}
	if v.Member(begin) == nil {
		k.find(v, class, begin, "openbadge.missing")
	}
	if len(list) < 2 || !list[1].Is(strictjson.String) || !badge.MatchString(list[1].Text) {
		k.find(v, class, "@context", "openbadge.context", "URL", contexts.OpenBadges303)
	}
}

// subject: a recipient has an id or another identifier (B.1.3), and results fit
// what the achievement says of them (B.1.16).
func (k *checker) subject(v *strictjson.Value) {
	if v.Member("id") == nil && len(v.Member("identifier").Values()) == 0 {
		k.find(v, "AchievementSubject", "id", "openbadge.recipient")
	}
	described := map[string]*strictjson.Value{}
	levels := map[string]bool{}
	for _, d := range v.Member("achievement").Member("resultDescription").Values() {
		if id := d.Member("id"); id.Is(strictjson.String) {
			described[id.Text] = d
		}
		for _, l := range d.Member("rubricCriterionLevel").Values() {
			if id := l.Member("id"); id.Is(strictjson.String) {
				levels[id.Text] = true
			}
		}
	}
	for _, r := range v.Member("result").Values() {
		if level := r.Member("achievedLevel"); level.Is(strictjson.String) && !levels[level.Text] {
			k.find(level, "Result", "achievedLevel", "openbadge.result.level")
		}
		ref := r.Member("resultDescription")
		if !ref.Is(strictjson.String) {
			continue
		}
		d, ok := described[ref.Text]
		switch {
		case !ok:
			k.find(ref, "Result", "resultDescription", "openbadge.result.description")
		case d.Member("resultType").Has("Status") && r.Member("status") == nil:
			k.find(r, "Result", "status", "openbadge.missing")
		}
	}
}

// criteria: a page, words, or both. An object with neither says nothing.
func (k *checker) criteria(v *strictjson.Value) {
	if v.Member("id") == nil && v.Member("narrative") == nil {
		k.find(v, "Criteria", "narrative", "openbadge.criteria")
	}
}

// identity: what says that it is hashed is a hash (IdentityHash).
func (k *checker) identity(v *strictjson.Value) {
	h := v.Member("identityHash")
	if hashed := v.Member("hashed"); hashed.Is(strictjson.Bool) && hashed.Text == "true" && h.Is(strictjson.String) && !hash.MatchString(h.Text) {
		k.find(h, "IdentityObject", "identityHash", "openbadge.hash")
	}
}

// description: what is required can be reached (B.1.17).
func (k *checker) description(v *strictjson.Value) {
	if level := v.Member("requiredLevel"); level.Is(strictjson.String) {
		if !slices.ContainsFunc(v.Member("rubricCriterionLevel").Values(), func(l *strictjson.Value) bool { return l.Member("id").Has(level.Text) }) {
			k.find(level, "ResultDescription", "requiredLevel", "openbadge.result.level")
		}
	}
	value, allowed := v.Member("requiredValue"), v.Member("allowedValue")
	if value.Is(strictjson.String) && len(allowed.Values()) > 0 && !allowed.Has(value.Text) {
		k.find(value, "ResultDescription", "requiredValue", "openbadge.result.value")
	}
}
