package assessment

// A MethodType is a way to assess. Types, not entries, are counted for the
// three methods of rule R57: two practical tasks are one method.
type MethodType string

// The types of method, each with the concept of the European vocabulary of
// assessment types (http://data.europa.eu/snb/assessment/…) that it belongs
// to.
const (
	Portfolio     MethodType = "portfolio"      // review of the candidate's portfolio: portfolio, 4f03b91c0e
	Practical     MethodType = "practical"      // practical task at a real or simulated workplace: practical assessment, 6a4db9f11d
	Observation   MethodType = "observation"    // observation on the job: practical assessment, 6a4db9f11d
	Interview     MethodType = "interview"      // structured professional interview: oral examination, d30284d7df
	OralTest      MethodType = "oral-test"      // test of knowledge by word of mouth: oral examination, d30284d7df
	WrittenTest   MethodType = "written-test"   // test of knowledge in writing: written examination, 6e6cb2cc78
	ProductReview MethodType = "product-review" // review of a product or document, such as plan, patch, cue list, recording: artefact assessment, de4d165a6c
	Project       MethodType = "project"        // work on a project of some length: project work, 795dac4096
)

// MethodTypes are all types of method.
func MethodTypes() []MethodType {
	return []MethodType{Portfolio, Practical, Observation, Interview, OralTest, WrittenTest, ProductReview, Project}
}

// A Mode is a form of participation, with its concept of the European
// vocabulary of modes (http://data.europa.eu/snb/learning-assessment/…).
type Mode string

// The modes.
const (
	Presential       Mode = "presential"         // on site: 9191af2ed9
	Online           Mode = "online"             // 920fbb3cbe
	Blended          Mode = "blended"            // on site and online: e92d221e4d
	WorkBased        Mode = "work-based"         // 729f3bed4b
	ProjectBased     Mode = "project-based"      // 7813801c77
	ResearchLabBased Mode = "research-lab-based" // ed4c557045
)

// Modes are all modes.
func Modes() []Mode {
	return []Mode{Presential, Online, Blended, WorkBased, ProjectBased, ResearchLabBased}
}

// A Setting is the learning setting, with its concept of the European
// vocabulary (http://data.europa.eu/snb/learning-setting/…), which has no
// informal learning.
type Setting string

// The settings.
const (
	Formal    Setting = "formal"     // 6fd4685715
	NonFormal Setting = "non-formal" // e207a81fc7
)

// Settings are all settings.
func Settings() []Setting { return []Setting{Formal, NonFormal} }

// An IdentityVerification says how the candidate was supervised and
// identified in a method, with its concept of the European vocabulary
// (http://data.europa.eu/snb/supervision-verification/…).
type IdentityVerification string

// The ways of supervision and identification.
const (
	SupervisedWithID      IdentityVerification = "supervised-with-id"      // 70be69aaf9
	IDVerification        IdentityVerification = "id-verification"         // 44314532f9
	UnsupervisedWithoutID IdentityVerification = "unsupervised-without-id" // c598449d64
)

// IdentityVerifications are all ways of supervision and identification.
func IdentityVerifications() []IdentityVerification {
	return []IdentityVerification{SupervisedWithID, IDVerification, UnsupervisedWithoutID}
}

// An AccreditationType is a type of quality assurance, with its concept of the
// European vocabulary (http://data.europa.eu/snb/accreditation/…).
type AccreditationType string

// The types of accreditation.
const (
	InstitutionalLicense          AccreditationType = "institutional-license"           // 003293d2ce
	InstitutionalQualityAssurance AccreditationType = "institutional-quality-assurance" // bb4618238e
	ProgramLicense                AccreditationType = "program-license"                 // e57dddfcf3
	ProgramQualityAssurance       AccreditationType = "program-quality-assurance"       // 820101cba6
)

// AccreditationTypes are all types of accreditation.
func AccreditationTypes() []AccreditationType {
	return []AccreditationType{
		InstitutionalLicense, InstitutionalQualityAssurance, ProgramLicense, ProgramQualityAssurance,
	}
}

// A CreditFramework is a system of credit points, with its concept of the
// European vocabulary (http://data.europa.eu/snb/education-credit/…).
type CreditFramework string

// The credit frameworks.
const (
	ECVET CreditFramework = "ECVET" // 60b314e826
	ECTS  CreditFramework = "ECTS"  // 6fcec5c5af
)

// CreditFrameworks are all credit frameworks.
func CreditFrameworks() []CreditFramework { return []CreditFramework{ECVET, ECTS} }
