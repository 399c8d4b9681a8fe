// Package canon turns JSON-LD into the text that a proof is made over: canonical
// N-Quads by RDFC-1.0, or canonical JSON by RFC 8785. It lets nothing through that
// the text would not carry.
//
// Start with New, Processor.Dataset and Dataset.Canonicalize; Processor.JCS is the
// way of the suites that sign JSON.
//
// # The losslessness gate
//
// A document is read twice, by two programs: by the gate, which walks over the
// strictly parsed JSON with term tables of its own and makes statements, and by
// json-gold (Expand and ToRDF in safe mode, base null, contexts from memory). Only
// if both give the same statements, as many and alike, does the document pass. The
// gate refuses, with the JSON pointer of the place:
//
//   - text that is not one strict JSON document within the limits;
//   - an @context that is not one of the lists known, or that stands deeper than at
//     the top and in the credentials of a presentation;
//   - keywords but @id, @type, @value, @language and their aliases, and @direction
//     in the name and description of a credential and of its issuer;
//   - a member, type or value that reaches no absolute IRI; null, empty objects and
//     lists, lists in lists; blank node names and relative references;
//   - a value that stands twice where it counts once;
//   - a second spelling: an IRI where a term names it, a compact IRI, "5" for 5, a
//     number that its binary value does not give back, a language tag in capitals;
//   - a node that is described at several places which do not agree.
//
// So one graph has one JSON, but for the order of members, the order in lists that
// are sets, and a single value for a list of one. See adr/0005.
//
// # Work
//
// json-gold cannot be stopped, so what it will cost is counted before it begins:
// bytes, depth, objects, copies of contexts, IRIs. The canonical form has a budget
// in proportion to the blank nodes that are alike, and stops with its context.
//
// # A faster path
//
// The statements of the gate are complete without the library; a compiled reader
// that takes (document, list of contexts) to statements can stand in its place, with
// the library as the oracle of a test.
package canon
