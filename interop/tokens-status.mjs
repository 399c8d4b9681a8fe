// Status lists by implementations that are not ours: Bitstring lists by the
// packages of Digital Bazaar, token lists by @sd-jwt/jwt-status-list, the tokens
// around both by npm jose.

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { checkStatus as check, createCredential, createList, decodeList } from "@digitalbazaar/vc-bitstring-status-list";
import { StatusList, createHeaderAndPayload, getListFromStatusListJWT } from "@sd-jwt/jwt-status-list";

import { documentLoader, newIssuer, sign as signDocument, suites } from "./di-oracle.mjs";
import * as jose from "./tokens-jose.mjs";
import * as sdjwt from "./tokens-sdjwt.mjs";

/** Gives the places of a Bitstring list that are set, and how many there are. */
export async function decodeBitstring({ encodedList }) {
  const list = await decodeList({ encodedList });
  const set = [];
  for (let i = 0; i < list.length; i++) if (list.getStatus(i)) set.push(i);
  return { length: list.length, set };
}

/** The suites that lists with a Data Integrity proof are signed by here. */
const rdfc = ["ed25519-rdfc", "p256-rdfc", "p384-rdfc"];

/**
 * Looks up all entries of a credential in lists, which are by address and have
 * Data Integrity proofs. Gives the values, or why there are none.
 */
export async function checkStatus({ credential, lists }) {
  const result = await check({
    credential,
    suite: [...new Set(rdfc.map((name) => suites[name].verifier))].map((cryptosuite) => new DataIntegrityProof({ cryptosuite })),
    documentLoader: async (url) =>
      Object.hasOwn(lists, url) ? { contextUrl: null, documentUrl: url, document: structuredClone(lists[url]) } : documentLoader(url),
  });
  if (!result.verified) throw new Error(`${result.error?.message} ${result.error?.cause?.errors?.map((e) => e.message) ?? ""}`);
  return { values: result.results.map(({ status }) => status) };
}

/** The issuers of documents made here, by suite. */
const issuers = new Map();

async function newList({ url, purpose, length, set, issuer, from }) {
  const list = await createList({ length });
  for (const i of set) list.setStatus(i, true);
  return { ...(await createCredential({ id: url, list, statusPurpose: purpose })), issuer, validFrom: from };
}

/** Makes a Bitstring list with a Data Integrity proof by a suite. */
export async function signBitstring({ suite, ...about }) {
  if (!issuers.has(suite)) issuers.set(suite, await newIssuer(suites[suite]));
  const issuer = issuers.get(suite);
  const list = await newList({ ...about, issuer: issuer.did });
  return { list: await signDocument(suites[suite], issuer, list) };
}

/** Makes a Bitstring list as a token by a key of jose. */
export async function signBitstringToken({ key, header, ...about }) {
  return jose.sign({ key, header, document: await newList(about) });
}

/** Gives the entries of a token list that are not 0, and how many there are. */
export function decodeToken({ token }) {
  const list = getListFromStatusListJWT(token);
  const set = {};
  list.statusList.forEach((value, i) => {
    if (value !== 0) set[i] = value;
  });
  return { length: list.statusList.length, bits: list.getBitsPerStatus(), set };
}

/** Makes a token list by a key of jose. */
export async function signToken({ key, header, claims, bits, length, set }) {
  const values = new Array(length).fill(0);
  for (const [i, value] of Object.entries(set)) values[i] = value;
  const made = createHeaderAndPayload(new StatusList(values, bits), claims, header);
  return jose.sign({ key, header: made.header, document: made.payload });
}

export const answers = {
  newKey: jose.newKey,
  verifyJWS: jose.verify,
  verifySDJWT: sdjwt.verify,
  decodeBitstring,
  checkStatus,
  signBitstring,
  signBitstringToken,
  decodeToken,
  signToken,
};
