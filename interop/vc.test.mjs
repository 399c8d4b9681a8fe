// Data Integrity both ways, suite by suite: what Probatum signs verifies with
// packages that are not ours, what they sign verifies here, and neither takes
// what was changed after signing. The credentials are made up from numbers, so
// that every run sees the same ones; keys and signatures are new each time.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { open } from "./di-api.mjs";
import { canBeCompacted, changed, documentOf, mandatoryOf, numbers, pointersOf } from "./di-documents.mjs";
import { documentLoader, hasContext, newIssuer, sign, suites, verify } from "./di-oracle.mjs";
import { binary, demo, scratch, skip } from "./probatum.mjs";

/** How many credentials each suite signs in each direction. */
const many = 200;
/** How many are under way at the same time. */
const atOnce = 4;

let folder, program, api, issuers, missing;
const given = [];

before(async () => {
  if (!binary) {
    missing = "PROBATUM_BINARY names no program: run make test-npm";
    return;
  }
  folder = await scratch();
  program = await demo(folder.dir, "--conformance");
  assert.ok(program.answer.vcApi, `the demo names no VC API: ${JSON.stringify(program.answer)}`);
  issuers = program.answer.vcApiIssuers;
  api = open(program.answer.vcApi.replace(/\/$/, ""));
  // What the program itself issues is signed again, in many variants.
  for (const form of ["vc-di", "ob3"]) {
    const file = program.answer.files[form];
    if (!file) continue;
    const document = JSON.parse(await readFile(file, "utf8"));
    delete document.credentialStatus; // looked up for each: tokens.test.mjs does that
    if (document["@context"].every((c) => hasContext(c))) given.push(document);
  }
});

after(async () => {
  api?.close();
  await program?.stop();
  await folder?.remove();
});

/** Runs a check for every number, several at a time, and gathers what failed. */
async function each(count, check) {
  const failed = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      try {
        await check(i);
      } catch (error) {
        failed.push(`${i}: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  assert.equal(failed.length, 0, `${failed.length} of ${count} failed:\n${failed.slice(0, 5).join("\n")}`);
}

function mustVerify({ verified, reason }, what) {
  assert.equal(verified, true, `${what} does not verify: ${reason}`);
}

function mustRefuse({ verified }, what) {
  assert.equal(verified, false, `${what} verifies`);
}

for (const [instance, suite] of Object.entries(suites)) {
  const jcs = instance.endsWith("-jcs");

  test(`${instance}: what we sign verifies elsewhere`, async (t) => {
    if (missing) return skip(t, missing);
    await each(many, async (seed) => {
      const credential = documentOf(seed, { issuer: issuers[instance], jcs, given });
      const mandatory = suite.derive ? mandatoryOf(credential) : undefined;
      let signed = await api.issue(instance, credential, mandatory);
      const { proof, ...content } = signed;
      assert.deepEqual(content, credential, "the content changed");
      if (suite.derive) {
        mustRefuse(await verify(suite, signed), "a base proof");
        const pointers = pointersOf(signed, numbers(seed));
        // The holder's part may be theirs as well as ours.
        const here = seed % 2 === 0 || !canBeCompacted(signed);
        signed = here ? await api.derive(instance, signed, pointers) : await suite.derive(signed, pointers);
      }
      mustVerify(await verify(suite, signed), "what we signed");
      mustVerify(await api.verify(instance, signed), "what we signed");
      const other = changed(signed, seed);
      mustRefuse(await verify(suite, other), "what was changed");
      mustRefuse(await api.verify(instance, other), "what was changed");
    });
  });

  test(`${instance}: what others sign verifies here`, async (t) => {
    if (missing) return skip(t, missing);
    const issuer = await newIssuer(suite);
    await each(many, async (seed) => {
      const credential = documentOf(many + seed, { issuer: issuer.did, jcs, given });
      let signed = await sign(suite, issuer, credential, mandatoryOf(credential));
      if (suite.derive) {
        mustRefuse(await api.verify(instance, signed), "a base proof");
        const pointers = pointersOf(signed, numbers(seed));
        const here = seed % 2 === 0 || !canBeCompacted(signed);
        signed = here ? await api.derive(instance, signed, pointers) : await suite.derive(signed, pointers);
      }
      mustVerify(await api.verify(instance, signed), "what they signed");
      const other = changed(signed, seed);
      mustRefuse(await api.verify(instance, other), "what was changed");
      mustRefuse(await verify(suite, other), "what was changed");
    });
  });
}

test("holders of both kinds show the same part", async (t) => {
  if (missing) return skip(t, missing);
  const suite = suites["p256-sd"];
  await each(40, async (seed) => {
    const credential = documentOf(1000 + seed, { issuer: issuers["p256-sd"], given });
    const signed = await api.issue("p256-sd", credential, mandatoryOf(credential));
    if (!canBeCompacted(signed)) return;
    const pointers = pointersOf(signed, numbers(seed));
    const [here, there] = await Promise.all([api.derive("p256-sd", signed, pointers), suite.derive(signed, pointers)]);
    assert.deepEqual(here, there);
  });
});

test("nothing but pinned contexts is known", async () => {
  await assert.rejects(documentLoader("https://www.w3.org/ns/credentials/undefined-terms/v2"), /not known offline/);
});
