// SD-JWT VC by @sd-jwt/sd-jwt-vc, with the cryptography of @sd-jwt/crypto-nodejs.

import { digest, generateKeyPair, generateSalt, getSigner, getVerifier } from "@sd-jwt/crypto-nodejs";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";

/** How Web Cryptography names the keys and the signatures of an algorithm. */
const algorithms = {
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  ES384: [{ name: "ECDSA", namedCurve: "P-384" }, { name: "ECDSA", hash: "SHA-384" }],
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
  RS256: [
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    { name: "RSASSA-PKCS1-v1_5" },
  ],
};

/** What an algorithm's keys are called in a header. */
function algorithmOf(jwk) {
  return jwk.kty === "RSA" ? "RS256" : { "P-256": "ES256", "P-384": "ES384", Ed25519: "EdDSA" }[jwk.crv];
}

/** A function that verifies with one key, as the package wants it. */
export function verifierOf(jwk) {
  // Only what makes the key: the package passes on use and key_ops.
  const { kty, crv, x, y, n, e } = jwk;
  return getVerifier({ kty, crv, x, y, n, e }, ...algorithms[algorithmOf(jwk)]);
}

/** The keys made here, by a name that the question gives. */
const keys = new Map();

/** Makes a key for an algorithm and gives its public half as a JWK. */
export async function newKey({ name, alg }) {
  const { publicKey, privateKey } = await generateKeyPair(algorithms[alg][0]);
  keys.set(name, { alg, signer: await getSigner(privateKey, ...algorithms[alg]) });
  return { jwk: publicKey };
}

/**
 * Issues a credential with the places in hidden, which are lists of names and
 * numbers, and presents it: all of it, or what kept lists; and with kb, the
 * claims of a KB-JWT, bound to the holder's key. decoys is how many there are
 * wherever something is hidden.
 */
export async function issue({ key, header, payload, hidden, decoys, hash, kept, holder, kb }) {
  const { alg, signer } = keys.get(key);
  const bound = keys.get(holder);
  const instance = new SDJwtVcInstance({
    signer,
    signAlg: alg,
    hasher: digest,
    hashAlg: hash,
    saltGenerator: generateSalt,
    kbSigner: bound?.signer,
    kbSignAlg: bound?.alg,
  });
  const frame = hidden.length > 0 ? disclosureFrame(hidden, decoys) : undefined;
  const issued = await instance.issue(payload, frame, { header });
  const shown = kept ? presentationFrame(kept) : undefined;
  const presented = await instance.present(issued, shown);
  if (!kb) return { issued, presented };
  const whole = await instance.present(issued, shown, { kb: { payload: kb } });
  if (whole.startsWith(presented)) return { issued, presented: whole };
  // Version 0.19.0 presents twice when it binds, the second time from claims that
  // it has opened already: what is hidden two levels inside a hidden value is then
  // missing, and its own verifier refuses the hash.
  const text = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const sd_hash = Buffer.from(digest(presented, hash)).toString("base64url");
  const input = `${text({ typ: "kb+jwt", alg: bound.alg })}.${text({ ...kb, sd_hash })}`;
  return { issued, presented: `${presented}${input}.${await bound.signer(input)}`, byHand: true };
}

/** A frame says of each object and array what is hidden in it: _sd. */
function disclosureFrame(paths, decoys) {
  const frame = {};
  for (const path of paths) {
    let at = frame;
    for (const step of path.slice(0, -1)) at = at[step] ??= {};
    (at._sd ??= []).push(path.at(-1));
    if (decoys > 0) at._sd_decoy = decoys;
  }
  return frame;
}

/** A frame of what is shown is a tree with true at its leaves. */
function presentationFrame(paths) {
  const frame = {};
  for (const path of paths) {
    let at = frame;
    for (const step of path.slice(0, -1)) {
      if (typeof at[step] !== "object") at[step] = {};
      at = at[step];
    }
    at[path.at(-1)] ??= true;
  }
  return frame;
}

/**
 * Verifies a credential with the issuer's key at a time in seconds, and where
 * there is a nonce the KB-JWT with the key in cnf. lists are the status lists that
 * can be had, by address, which statusJwk signed.
 */
export async function verify({ token, jwk, nonce, now, lists = {}, statusJwk = jwk }) {
  const instance = new SDJwtVcInstance({
    hasher: digest,
    verifier: await verifierOf(jwk),
    kbVerifier: async (data, signature, payload) => (await verifierOf(payload.cnf.jwk))(data, signature),
    statusVerifier: await verifierOf(statusJwk),
    statusListFetcher: async (uri) => {
      if (!Object.hasOwn(lists, uri)) throw new Error(`no list ${uri}`);
      return lists[uri];
    },
  });
  const { payload, header, kb } = await instance.verify(token, { keyBindingNonce: nonce, currentDate: now });
  return { payload, header, kb: kb ?? null };
}

export const answers = { newKey, issue, verify };
