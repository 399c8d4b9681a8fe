package verifier_test

import (
	"context"
	"fmt"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// A file that came by mail is checked against a trust folder, and the answer
// told in the reader's language.
func Example() {
	known, err := trust.Load("") // the folder with the certificates that you trust; none here
	if err != nil {
		fmt.Println(err)
		return
	}
	v := verifier.Verifier{Trust: known}
	file := []byte(`{"@context": [], "credentialSubject": {"fullName": {"en": "Anybody"}}}`)
	report, err := v.Verify(context.Background(), file, verifier.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := report.Answer(i18n.For("en"))
	fmt.Println(answer.Verdict, answer.Code)
	for _, c := range answer.Failed() {
		if c.Result == "fail" {
			fmt.Printf("%s: %s\n", c.ID, c.Message)
		}
	}
	fmt.Println("credential shown:", answer.Credential != nil)
	// Output:
	// invalid proof
	// seal: This file carries no seal. Anybody could have written it.
	// credential shown: false
}

// Only Valid is a success: a Report with a check that could not be done is
// undetermined.
func ExampleReport_Verdict() {
	r := verifier.Report{Checks: []verifier.Check{
		{ID: verifier.Seal, Result: verifier.Passed},
		{ID: verifier.Accreditation, Code: "trust"}, // the zero Result is NotDone
	}}
	fmt.Println(r.Verdict(), r.Code())
	// Output: undetermined trust
}

// A file can be judged for another day than today.
func ExampleVerifier_Verify_at() {
	v := verifier.Verifier{}
	report, err := v.Verify(context.Background(), nil, verifier.Options{At: time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)})
	fmt.Println(report.Verdict(), report.Code(), err)
	// Output: invalid malformed <nil>
}
