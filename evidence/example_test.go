package evidence_test

import (
	"fmt"
	"strings"

	"github.com/probatum/probatum/evidence"
)

// A portfolio is frozen before it is judged. Years later the candidate shows
// one file to an employer who has the credential, and nothing else.
func Example() {
	digest, size, err := evidence.Sum(strings.NewReader("the bytes of a plan"))
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := evidence.Freeze([]evidence.Item{
		{Digest: digest, Size: size, MediaType: "application/pdf", Kind: "artefact", Unit: "lighting", Title: "Rigging plan", Shows: "Drawn by me."},
		{Digest: evidence.Digest{1}, Size: 1, MediaType: "video/mp4", Kind: "recorded-activity", Unit: "lighting", Title: "Focusing"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	inCredential := set.Root().String()

	proof, err := set.Proof(0)
	if err != nil {
		fmt.Println(err)
		return
	}
	shown, err := proof.JSON() // goes to the employer with the file
	if err != nil {
		fmt.Println(err)
		return
	}

	root, err := evidence.ParseRoot(inCredential)
	if err != nil {
		fmt.Println(err)
		return
	}
	got, err := evidence.ParseProof(shown)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(evidence.VerifyFile(root, got, strings.NewReader("the bytes of a plan")))
	fmt.Println(evidence.VerifyFile(root, got, strings.NewReader("the bytes of another plan")) != nil)
	fmt.Printf("%s, item %d of %d\n", got.Item.Title, got.Index+1, got.Items)
	// Output:
	// <nil>
	// true
	// Rigging plan, item 1 of 2
}
