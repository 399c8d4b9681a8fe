// Data Integrity by implementations that are not ours: the npm packages of
// Digital Bazaar, with every context taken from contexts/data and every key
// from its did:key. Nothing is fetched.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as EcdsaMultikey from "@digitalbazaar/ecdsa-multikey";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import * as ecdsaJCS2019 from "@digitalbazaar/ecdsa-jcs-2019-cryptosuite";
import * as ecdsaRDFC2019 from "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
import * as ecdsaSD2023 from "@digitalbazaar/ecdsa-sd-2023-cryptosuite";
import * as eddsaJCS2022 from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import * as eddsaRDFC2022 from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "contexts", "data");

/** The file of each context, by its URL. */
const files = {
  "https://www.w3.org/2018/credentials/v1": "credentials-v1",
  "https://www.w3.org/ns/credentials/v2": "credentials-v2",
  "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2",
  "https://www.w3.org/ns/did/v1": "did-v1",
  "https://w3id.org/probatum/elm/v1": "elm-v1",
  "https://w3id.org/security/data-integrity/v1": "data-integrity-v1",
  "https://w3id.org/security/data-integrity/v2": "data-integrity-v2",
  "https://w3id.org/security/multikey/v1": "multikey-v1",
  "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "open-badges-3.0.3",
};

const there = new Set(readdirSync(folder));
const contexts = new Map(
  Object.entries(files)
    .filter(([, name]) => there.has(`${name}.jsonld`))
    .map(([url, name]) => [url, JSON.parse(readFileSync(join(folder, `${name}.jsonld`), "utf8"))]),
);

/** Whether a context can be had here. */
export const hasContext = (url) => contexts.has(url);

/** Gives the verification method, or the DID document, that a did:key says. */
function didKey(url) {
  const [did, fragment] = url.split("#");
  const multikey = did.slice("did:key:".length);
  const id = `${did}#${multikey}`;
  const method = { id, type: "Multikey", controller: did, publicKeyMultibase: multikey };
  if (fragment !== undefined) {
    if (fragment !== multikey) throw new Error(`no such key: ${url}`);
    return { "@context": "https://w3id.org/security/multikey/v1", ...method };
  }
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
    id: did,
    verificationMethod: [method],
    assertionMethod: [id],
    authentication: [id],
  };
}

/** The document loader of all packages: pinned contexts and did:key, no network. */
export async function documentLoader(url) {
  const document = contexts.get(url) ?? (url.startsWith("did:key:") ? didKey(url) : undefined);
  if (document === undefined) throw new Error(`not known offline: ${url}`);
  return { contextUrl: null, documentUrl: url, document };
}

const ed25519 = () => Ed25519Multikey.generate();
const ecdsa = (curve) => () => EcdsaMultikey.generate({ curve });

/**
 * The suites by the instance of our VC API that issues with them: how their
 * packages make a key, sign and verify.
 */
export const suites = {
  "ed25519-rdfc": plain(eddsaRDFC2022.cryptosuite, eddsaRDFC2022.cryptosuite, ed25519),
  "ed25519-jcs": plain(eddsaJCS2022.createSignCryptosuite(), eddsaJCS2022.createVerifyCryptosuite(), ed25519),
  "p256-rdfc": plain(ecdsaRDFC2019.cryptosuite, ecdsaRDFC2019.cryptosuite, ecdsa("P-256")),
  "p384-rdfc": plain(ecdsaRDFC2019.cryptosuite, ecdsaRDFC2019.cryptosuite, ecdsa("P-384")),
  "p256-jcs": plain(...jcs({ requiredAlgorithm: "P-256" }), ecdsa("P-256")),
  "p384-jcs": plain(...jcs({ requiredAlgorithm: "P-384" }), ecdsa("P-384")),
  "p256-sd": {
    newKey: ecdsa("P-256"),
    signer: (mandatoryPointers) => ecdsaSD2023.createSignCryptosuite({ mandatoryPointers }),
    verifier: ecdsaSD2023.createVerifyCryptosuite(),
    derive: (signed, selectivePointers) =>
      vc.derive({
        verifiableCredential: structuredClone(signed),
        suite: new DataIntegrityProof({ cryptosuite: ecdsaSD2023.createDiscloseCryptosuite({ selectivePointers }) }),
        documentLoader,
      }),
  },
};

function jcs(options) {
  return [ecdsaJCS2019.createSignCryptosuite(options), ecdsaJCS2019.createVerifyCryptosuite(options)];
}

function plain(signer, verifier, newKey) {
  return { newKey, signer: () => signer, verifier };
}

/** Makes a key and its did:key. */
export async function newIssuer(suite) {
  const key = await suite.newKey();
  const did = `did:key:${key.publicKeyMultibase}`;
  key.controller = did;
  key.id = `${did}#${key.publicKeyMultibase}`;
  return { did, key };
}

/** Signs a credential of that issuer. */
export function sign(suite, issuer, credential, mandatoryPointers) {
  return vc.issue({
    credential: structuredClone(credential),
    suite: new DataIntegrityProof({ signer: issuer.key.signer(), cryptosuite: suite.signer(mandatoryPointers) }),
    documentLoader,
  });
}

/** Tells whether a credential verifies, and if not why. */
export async function verify(suite, credential) {
  const result = await vc.verifyCredential({
    credential: structuredClone(credential),
    suite: new DataIntegrityProof({ cryptosuite: suite.verifier }),
    documentLoader,
  });
  return { verified: result.verified, reason: reasons(result.error) };
}

/** Gathers the texts of an error and of those inside it. */
function reasons(error) {
  if (!error) return "";
  return [error.message, error.details?.code, ...(error.errors ?? []).map(reasons), error.cause ? reasons(error.cause) : ""]
    .filter(Boolean)
    .join(" | ");
}
