package verifier

// FormatOf gives the check of the format after a refusal by a securing mechanism.
func FormatOf(refusal error) Check {
	w := &w3c{party: party{run: &run{found: map[CheckID]Check{}}}}
	w.refuseProof(refusal)
	return w.found[Format]
}
