// What the demo signs as tokens, what it publishes about its keys and types, and
// its status lists, judged by implementations that are not ours: npm jose,
// @sd-jwt and the packages of Digital Bazaar.

import assert from "node:assert/strict";
import { X509Certificate, createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import * as EcdsaMultikey from "@digitalbazaar/ecdsa-multikey";
import { TypeMetadataFormatSchema } from "@sd-jwt/sd-jwt-vc";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";

import { suites, verify as verifyDocument } from "./di-oracle.mjs";
import { binary, demo, scratch, skip } from "./probatum.mjs";
import * as jws from "./tokens-jose.mjs";
import * as sdjwt from "./tokens-sdjwt.mjs";
import { checkStatus, decodeBitstring } from "./tokens-status.mjs";

let folder, program, origin, body, missing;
const files = {};

before(async () => {
  if (!binary) {
    missing = "PROBATUM_BINARY names no program: run make test-npm";
    return;
  }
  folder = await scratch();
  program = await demo(folder.dir);
  origin = program.answer.url;
  const inside = await readdir(join(folder.dir, "keys"), { withFileTypes: true });
  const bodies = inside.filter((entry) => entry.isDirectory());
  assert.equal(bodies.length, 1, `bodies: ${bodies.map((b) => b.name)}`);
  body = bodies[0].name;
  for (const form of ["vc-di", "vc-jwt", "sd-jwt"]) files[form] = await readFile(program.answer.files[form], "utf8");
  files.revoked = await readFile(program.answer.revoked, "utf8");
});

after(async () => {
  await program?.stop();
  await folder?.remove();
});

/** Runs a test that needs the demo. */
function check(name, body) {
  test(name, async (t) => (missing ? skip(t, missing) : body(t)));
}

const now = () => Math.floor(Date.now() / 1000);
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));

/** Fetches from the demo, which must answer with that media type. */
async function get(url, type, headers = {}) {
  assert.ok(url.startsWith(`${origin}/`), `${url} is elsewhere`);
  const response = await fetch(url, { headers, redirect: "error" });
  const text = await response.text();
  assert.equal(response.status, 200, `${url}: ${text}`);
  assert.equal(response.headers.get("content-type").split(";")[0], type, url);
  return text;
}

const getJSON = async (url, type = "application/json") => JSON.parse(await get(url, type));

/** The key of the first certificate in x5c. */
function leafOf(token) {
  const { x5c } = decodeProtectedHeader(token);
  return new X509Certificate(Buffer.from(x5c[0], "base64")).publicKey.export({ format: "jwk" });
}

/** The key that a did:key URL names. */
async function didKey(url) {
  const [did, fragment] = url.split("#");
  assert.equal(did, `did:key:${fragment}`);
  return multikey(fragment);
}

async function multikey(publicKeyMultibase) {
  const keyPair = await EcdsaMultikey.from({ type: "Multikey", publicKeyMultibase });
  return EcdsaMultikey.toJwk({ keyPair });
}

/** A token with another letter in the middle of one part. */
function changed(token, part) {
  const parts = token.split(".");
  const text = parts[part];
  const at = text.length >> 1;
  parts[part] = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
  return parts.join(".");
}

const refused = (promise, what) => assert.rejects(promise, (error) => !(error instanceof TypeError), what);

/** Verifies a signed status list as a token, by the certificate that the credential has. */
async function tokenList(uri, type, typ, leaf) {
  const token = await get(uri, type, { accept: type });
  assert.deepEqual(leafOf(token), leaf, "the list is signed by another key");
  const { payload } = await jws.verify({ token, jwk: leaf, alg: "ES256", typ, now: now() });
  return { token, claims: decode(payload) };
}

check("vc-jwt: jose verifies it with the key of its did:key", async () => {
  const token = files["vc-jwt"];
  const { kid } = decodeProtectedHeader(token);
  const jwk = await didKey(kid);
  const { header, payload } = await jws.verify({ token, jwk, alg: "ES256", typ: "vc+jwt", now: now() });
  assert.equal(header.cty, "vc");
  const leaf = leafOf(token);
  assert.equal(await calculateJwkThumbprint(leaf), await calculateJwkThumbprint(jwk), "x5c and kid name different keys");
  const doc = decode(payload);
  assert.equal(doc.issuer.id, kid.split("#")[0]);
  for (const old of ["vc", "vp", "iss", "proof"]) assert.ok(!(old in doc), `a member ${old}`);
  for (const part of [0, 1, 2]) await refused(jws.verify({ token: changed(token, part), jwk, alg: "ES256", typ: "vc+jwt", now: now() }), `part ${part}`);
});

check("vc-jwt says the same as vc-di", async () => {
  const plain = (doc) => {
    const { proof, credentialStatus, ...claims } = JSON.parse(JSON.stringify(doc).replaceAll(doc.id, "urn:uuid:it"));
    assert.equal(credentialStatus.length, 2);
    return claims;
  };
  const jwt = decode(files["vc-jwt"].split(".")[1]);
  const di = JSON.parse(files["vc-di"]);
  assert.notEqual(jwt.id, di.id);
  assert.deepEqual(plain(jwt), plain(di));
});

check("sd-jwt: jose and @sd-jwt verify it with the key of its certificate, and its list says nothing against it", async () => {
  const token = files["sd-jwt"];
  const [jwt, ...disclosures] = token.split("~");
  assert.equal(disclosures.pop(), "", "it ends with something else than a tilde");
  assert.ok(disclosures.length > 5);
  const jwk = leafOf(jwt);
  const { header } = await jws.verify({ token: jwt, jwk, alg: "ES256", typ: "dc+sd-jwt", now: now() });
  assert.equal(header.kid, await calculateJwkThumbprint(jwk));
  const { uri } = decode(jwt.split(".")[1]).status.status_list;
  const list = await tokenList(uri, "application/statuslist+jwt", "statuslist+jwt", jwk);
  assert.equal(list.claims.sub, uri);
  const lists = { [uri]: list.token };
  const { payload } = await sdjwt.verify({ token, jwk, now: now(), lists });
  const elm = JSON.parse(files["vc-di"]).credentialSubject;
  assert.equal(payload.given_name, Object.values(elm.givenName)[0].toString());
  assert.ok(payload.elm.credentialSubject, "no complete document");
  assert.ok(!("_sd" in payload));

  await refused(sdjwt.verify({ token: changed(token, 1), jwk, now: now(), lists }), "a changed payload");
  await refused(sdjwt.verify({ token, jwk, now: now(), lists: { [uri]: changed(list.token, 2) } }), "a changed list");
  await refused(sdjwt.verify({ token, jwk, now: payload.exp + 1, lists }), "an expired one");

  // With nothing disclosed, nothing is known about the holder.
  const bare = await sdjwt.verify({ token: `${jwt}~`, jwk, now: now(), lists });
  const text = JSON.stringify(bare.payload);
  for (const claim of ["given_name", "family_name", "elm", "title"]) assert.ok(!(claim in bare.payload), claim);
  assert.ok(!text.includes(payload.family_name));
});

check("sd-jwt: it is bound to the key of the wallet", async () => {
  const { cnf } = decode(files["sd-jwt"].split(".")[1]);
  const pem = await readFile(join(folder.dir, "keys", "wallet-1.key.pem"), "utf8");
  const own = createPublicKey(createPrivateKey(pem)).export({ format: "jwk" });
  assert.equal(await calculateJwkThumbprint(cnf.jwk), await calculateJwkThumbprint(own));
});

check("sd-jwt: the revoked copy is refused for its status, and for nothing else", async () => {
  const token = files.revoked;
  const jwt = token.split("~")[0];
  const jwk = leafOf(jwt);
  const { uri, idx } = decode(jwt.split(".")[1]).status.status_list;
  assert.notEqual(idx, decode(files["sd-jwt"].split(".")[1]).status.status_list.idx);
  const list = await tokenList(uri, "application/statuslist+jwt", "statuslist+jwt", jwk);
  await assert.rejects(sdjwt.verify({ token, jwk, now: now(), lists: { [uri]: list.token } }), /Status is not valid/);
  // The signature itself holds.
  await jws.verify({ token: jwt, jwk, alg: "ES256", typ: "dc+sd-jwt", now: now() });
});

check("the type metadata is what the credential pins, and shows every claim", async () => {
  const [jwt] = files["sd-jwt"].split("~");
  const claims = decode(jwt.split(".")[1]);
  assert.equal(claims.vct, `${origin}/vct/vet-award-1`);
  const text = await get(claims.vct, "application/json");
  assert.equal(claims["vct#integrity"], `sha256-${createHash("sha256").update(text).digest("base64")}`);
  const metadata = TypeMetadataFormatSchema.parse(JSON.parse(text));
  assert.equal(metadata.vct, claims.vct);
  assert.deepEqual(metadata.display.map((d) => d.locale ?? d.lang).sort(), ["de", "en", "fr"]);
  const described = new Set(metadata.claims.map((c) => c.path[0]));
  const shown = files["sd-jwt"].split("~").slice(1, -1).map((d) => decode(d)[1]);
  for (const name of shown) assert.ok(described.has(name), `claim ${name} is not described`);
});

check("did.json, the issuer's metadata and jwks have the same keys", async () => {
  const { keys } = await getJSON(`${origin}/oid4vci/${body}/jwks`, "application/jwk-set+json");
  assert.ok(keys.length > 0);
  const prints = await Promise.all(keys.map((k) => calculateJwkThumbprint(k)));
  keys.forEach((k, i) => {
    assert.equal(k.kid, prints[i]);
    assert.ok(!("d" in k), "a secret key");
  });

  const metadata = await getJSON(`${origin}/.well-known/jwt-vc-issuer/oid4vci/${body}`);
  const [jwt] = files["sd-jwt"].split("~");
  assert.equal(metadata.issuer, decode(jwt.split(".")[1]).iss);
  assert.deepEqual(metadata.jwks?.keys ?? (await getJSON(metadata.jwks_uri, "application/jwk-set+json")).keys, keys);
  assert.ok(prints.includes(decodeProtectedHeader(jwt).kid), "the key of the credential is not among them");

  const document = await getJSON(`${origin}/bodies/${body}/did.json`, "application/did+ld+json");
  assert.match(document.id, new RegExp(`^did:web:localhost%3A[0-9]+:bodies:${body}$`));
  const found = { JsonWebKey: [], Multikey: [] };
  for (const method of document.verificationMethod) {
    assert.equal(method.controller, document.id);
    assert.ok(document.assertionMethod.includes(method.id), method.id);
    const jwk = method.type === "Multikey" ? await multikey(method.publicKeyMultibase) : method.publicKeyJwk;
    const print = await calculateJwkThumbprint(jwk);
    assert.equal(method.id, `${document.id}#${method.type === "Multikey" ? method.publicKeyMultibase : print}`);
    found[method.type].push(print);
  }
  assert.deepEqual(found.JsonWebKey.sort(), [...prints].sort());
  assert.deepEqual(found.Multikey.sort(), [...prints].sort());
});

check("vc-di: checkStatus finds nothing against it in the lists that are served", async () => {
  const credential = JSON.parse(files["vc-di"]);
  const leaf = leafOf(files["vc-jwt"]);
  const lists = {};
  for (const { statusListCredential: url } of credential.credentialStatus) {
    lists[url] = JSON.parse(await get(url, "application/vc", { accept: "application/vc" }));
    mustVerify(await verifyDocument(suites["p256-rdfc"], lists[url]), "the list");
    // The list as a token says the same.
    const { claims } = await tokenList(url, "application/vc+jwt", "vc+jwt", leaf);
    assert.equal(claims.credentialSubject.encodedList, lists[url].credentialSubject.encodedList);
    assert.equal((await decodeBitstring(claims.credentialSubject)).length, 131072);
  }
  assert.deepEqual(
    credential.credentialStatus.map((entry) => [entry.statusPurpose, lists[entry.statusListCredential].credentialSubject.statusPurpose]),
    [["revocation", "revocation"], ["suspension", "suspension"]],
  );
  assert.deepEqual(await checkStatus({ credential, lists }), { values: [false, false] });

  const url = credential.credentialStatus[0].statusListCredential;
  const forged = structuredClone(lists[url]);
  forged.validUntil = forged.validUntil.replace(/^..../, (year) => `${Number(year) + 1}`);
  await assert.rejects(checkStatus({ credential, lists: { ...lists, [url]: forged } }));
  await assert.rejects(checkStatus({ credential: { ...credential, issuer: "did:key:zSomebodyElse" }, lists }));
  await assert.rejects(checkStatus({ credential, lists: { [url]: lists[url] } }), /not known offline/);
});

function mustVerify({ verified, reason }, what) {
  assert.equal(verified, true, `${what} does not verify: ${reason}`);
}
