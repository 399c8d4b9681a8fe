// Canonicalises documents and datasets with jsonld.js, for the Go tests to
// compare with. Reads lines of JSON on standard input and answers each with one
// line, in order:
//
//   {"contexts": {URL: document, …}}  the contexts that may be named; answers {}
//   {"document": …}                   a JSON-LD document
//   {"quads": "…"}                    a dataset in N-Quads
//
// An answer is {"sha256": hex} of the canonical N-Quads (RDFC-1.0), or {"error":
// text}. Nothing is fetched: a context that was not given does not exist.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import jsonld from "jsonld";

const contexts = new Map();

async function documentLoader(url) {
  if (!contexts.has(url)) throw new Error(`unknown context ${url}`);
  return { contextUrl: null, documentUrl: url, document: contexts.get(url) };
}

const options = {
  algorithm: "RDFC-1.0",
  format: "application/n-quads",
  base: null,
  safe: true,
  documentLoader,
  // The tests send what is harmless, and the default gives up on four like nodes.
  canonizeOptions: { maxWorkFactor: Infinity },
};

async function answer(line) {
  const request = JSON.parse(line);
  if (request.contexts) {
    for (const [url, document] of Object.entries(request.contexts)) contexts.set(url, document);
    return {};
  }
  const form =
    "quads" in request
      ? await jsonld.canonize(request.quads, { ...options, inputFormat: "application/n-quads" })
      : await jsonld.canonize(request.document, options);
  return { sha256: createHash("sha256").update(form).digest("hex") };
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let result;
  try {
    result = await answer(line);
  } catch (error) {
    result = { error: `${error.name}: ${error.message} ${JSON.stringify(error.details?.event?.code ?? "")}` };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
