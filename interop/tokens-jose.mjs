// JSON Web Signatures by npm jose.

import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK, jwtVerify } from "jose";

/** The keys made here, by a name that the question gives. */
const keys = new Map();

/** Makes a key for an algorithm and gives its public half as a JWK. */
export async function newKey({ name, alg }) {
  const pair = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  keys.set(name, pair.privateKey);
  return { jwk: await exportJWK(pair.publicKey) };
}

/** Signs a document as a compact JWS with a header that is used as it is. */
export async function sign({ key, header, document }) {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return { token: await new CompactSign(bytes).setProtectedHeader(header).sign(keys.get(key)) };
}

/**
 * Verifies a compact JWS with one key, for one algorithm and one typ, at a time in
 * seconds. Gives the header, and the payload's bytes in base64url.
 */
export async function verify({ token, jwk, alg, typ, now }) {
  const key = await importJWK(jwk, alg);
  const { payload, protectedHeader } = await compactVerify(token, key, { algorithms: [alg] });
  // Once more as a JWT: it looks at typ, and at exp and nbf where they are there.
  await jwtVerify(token, key, { algorithms: [alg], typ, currentDate: new Date(now * 1000) });
  return { header: protectedHeader, payload: Buffer.from(payload).toString("base64url") };
}

export const answers = { newKey, sign, verify };
