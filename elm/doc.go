// Package elm is the European Learning Model, version 3.2 of 2023 and the
// application profile 1.2.0 for European digital credentials (EDC): the classes
// that credentials are made of, their language maps, the controlled
// vocabularies, and the rules of the profiles. It knows nothing of signing.
//
// Start with Parse, which reads a credential into the class Credential, and
// Marshal, which writes one. ConceptOf, Country, Language and EQFLevel give
// values of the vocabularies. Check holds a document against the profiles.
//
// # Reading and writing
//
// JSON names are the model's, letter for letter; Go names are those names as Go
// spells them. A value may stand with or without an array round it, wherever it
// stands; a single value is written without. Claims and actors of a class that
// is not modelled are kept as they are, as Raw. Text is read strictly and once
// (package strictjson): no doubled members, none that differ from a name of the
// model only in case. Marshal gives compact JSON with raw UTF-8, the same bytes
// for the same value, id first and @context last.
//
// Two properties are never written. resultDistribution has one name in the 3.1
// context and another in 3.2, so whatever is written is lost to one of them;
// both are read. dateModified is typed as a node in both contexts, so its value
// is always lost; it is not modelled.
//
// # Checking
//
// The rules are in rules.tsv, one line per property of each class, taken from
// the official SHACL shapes 1.1.0 and 1.2.0. Check reads the document as the
// graph that its JSON-LD means and holds the graph against the table. It was
// compared with the npm package rdf-validate-shacl 0.6.5 over the official
// shapes, on 4,668 documents made from the Commission's sealed sample by
// dropping, doubling and changing each property of each class in 23 ways, one
// in five of them also under the 3.1 shapes and the other profiles. Both break
// the same rules at the same objects in every one; 1,189 of them have no
// meaning as JSON-LD and are refused by both. A selection is a test
// (TestAgainstShapes; -shacl.all compares all).
//
// Where the two differ, it is on purpose:
//
//   - Check refuses what has no one meaning, where JSON-LD drops it in silence
//     or fails: ids and references that are no IRI, contexts other than those
//     of EDC files, contexts inside the document, keywords such as @graph and
//     @list, malformed language codes. These rules are named "document/…".
//   - A document without an object of the class EuropeanDigitalCredential at
//     the top breaks no shape, since shapes aim at classes. It breaks ours.
//   - Dates must be in the calendar, and offsets real; the other validator
//     only looks at their form.
//   - A document cannot bring a class hierarchy of its own (rdfs:subClassOf),
//     which SHACL would follow.
//   - What two shapes of a class demand alike is found once, and findings end
//     at 250.
package elm
