package canon

// A work is about how long the library will take for a document. It cannot be
// stopped, so what is too much must be refused before it begins. A unit is about
// a nanosecond; a test compares the sum with what is measured.
type work struct {
	spent int
}

// What the library's acts cost, rather too much than too little.
const (
	costCopy    = 300   // for each term, whenever a scoped context begins or ends
	costDefine  = 5_000 // for each term of a context that is read
	costObject  = 8_000 // for each object
	costValue   = 5_000 // for each value
	costCompare = 70    // for each value that another is compared with
	costIRI     = 80    // for each byte of an IRI that is new
	costPair    = 4     // for each two members of an object in a JSON literal
	costByte    = 280   // for each byte of a JSON literal

	// maxWorkload is less than half a second.
	maxWorkload = 400_000_000
)

// copies counts a copy of the context.
func (w *work) copies(t *table) { w.spent += (t.size + 10) * costCopy }

// define counts the reading of a context.
func (w *work) define(terms int) { w.spent += terms * costDefine }

// object counts an object.
func (w *work) object() { w.spent += costObject }

// compares counts the search for one more value among those of a property.
func (w *work) compares(values int) { w.spent += costValue + values*costCompare }

// iri counts the check of an IRI.
func (w *work) iri(iri string) { w.spent += (len(iri) + 20) * costIRI }

// members counts the sorting of the members of an object in a JSON literal.
func (w *work) members(n int) { w.spent += n * n * costPair }

// literal counts the writing of a JSON literal.
func (w *work) literal(bytes int) { w.spent += bytes * costByte }

// check refuses a document that is too much work.
func (w *work) check() error {
	if w.spent > maxWorkload {
		return &Error{Kind: Resources, Key: "proof.canon.workload"}
	}
	return nil
}
