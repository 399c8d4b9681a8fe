// What the demo seals, judged by implementations that are not ours: jose for the
// seal, the official SHACL shapes for the claims, openssl for the certificates.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { demo, scratch, skip } from "./probatum.mjs";

const here = dirname(fileURLToPath(import.meta.url));
let folder, answer, sealed, chain, certificate;

before(async () => {
  folder = await scratch();
  const program = await demo(folder.dir, "--once");
  answer = program.answer;
  const { code } = await program.ended;
  assert.equal(code, 0, program.logged.join("\n"));
  assert.equal(program.said.length, 1, "the demo printed more than one line");
  sealed = await readFile(answer.files.edc, "utf8");
  const keys = await readdir(join(folder.dir, "keys"), { recursive: true });
  chain = join(folder.dir, "keys", keys.find((name) => /seal-\d+\.chain\.pem$/.test(name)));
  // jose takes one certificate, not a chain: the first is that of the seal.
  certificate = join(folder.dir, "seal.pem");
  const [first] = (await readFile(chain, "utf8")).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/);
  await writeFile(certificate, first);
});

after(() => folder?.remove());

/** Runs a program with input and gives its exit code and what it printed. */
function run(command, args, input = "") {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    const result = { out: "", err: "" };
    child.stdout.on("data", (chunk) => (result.out += chunk));
    child.stderr.on("data", (chunk) => (result.err += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...result, code }));
    child.stdin.on("error", () => {}); // it may end without reading
    child.stdin.end(input);
  });
}

const node = (script, ...args) => run(process.execPath, [join(here, script), ...args]);

test("the seal verifies with jose", async () => {
  const { code, out, err } = await node("jose.mjs", answer.files.edc, certificate);
  assert.equal(code, 0, err);
  assert.match(out, /^OK [0-9a-f]{64}$/m);
});

test("a changed payload does not", async () => {
  const file = JSON.parse(sealed);
  const changed = join(folder.dir, "changed.jsonld");
  await writeFile(changed, JSON.stringify({ ...file, payload: file.payload.replace(/.$/, " }") }));
  const { code, out, err } = await node("jose.mjs", changed, certificate);
  assert.equal(code, 1, out);
  assert.match(err, /ERR_JWS_SIGNATURE_VERIFICATION_FAILED/);
});

test("the certificates lead to the trust folder with openssl", async () => {
  const files = await readdir(answer.trust);
  const roots = files.filter((name) => name.endsWith(".pem"));
  assert.equal(roots.length, 1, `roots: ${roots}`);
  const anchor = join(answer.trust, roots[0]);
  // The seal's own certificate stands beside it, for the forms that bring none.
  const own = files.filter((name) => name.endsWith(".crt"));
  assert.equal(own.length, 1, `own: ${own}`);
  const leaf = await readFile(join(answer.trust, own[0]), "utf8");
  assert.ok((await readFile(chain, "utf8")).startsWith(leaf.trim()), "another certificate than the seal's");
  const { code, out, err } = await run("openssl", ["verify", "-x509_strict", "-CAfile", anchor, "-untrusted", chain, chain]);
  assert.equal(code, 0, out + err);
});

test("the claims keep the official shapes", async (t) => {
  if (!process.env.PROBATUM_REFERENCE) return skip(t, "PROBATUM_REFERENCE is not set: no official shapes");
  const doc = JSON.parse(JSON.parse(sealed).payload);
  const { hasClaim, ...claimless } = doc.credentialSubject;
  assert.ok(hasClaim, "the credential has no claim");
  // No status of any kind keeps the shapes of 3.1: they want a literal where VC Data
  // Model 1.1 makes a node.
  const { credentialStatus, ...standing } = doc;
  assert.ok(credentialStatus, "the credential has no status");
  const lines = [
    { name: "as sealed", doc, state: "3.2" },
    { name: "but for its status, by the older rules", doc: standing, state: "3.1" },
    // The shapes must be able to say no.
    { name: "without claim", doc: { ...doc, credentialSubject: claimless }, state: "3.2" },
  ];
  const { code, out, err } = await run(process.execPath, [join(here, "shacl.mjs")], lines.map((l) => JSON.stringify(l) + "\n").join(""));
  assert.equal(code, 0, err);
  const [now, older, broken] = out.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(now, { name: "as sealed", conforms: true, violations: [] });
  assert.deepEqual(older, { name: "but for its status, by the older rules", conforms: true, violations: [] });
  assert.equal(broken.conforms, false, "a credential without claim passed");
});
