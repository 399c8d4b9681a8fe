// Credentials to sign, made up from a seed: the same seed makes the same
// credentials on every machine.

const v1 = "https://www.w3.org/2018/credentials/v1";
const v2 = "https://www.w3.org/ns/credentials/v2";
const examples = "https://www.w3.org/ns/credentials/examples/v2";
const integrity = "https://w3id.org/security/data-integrity/v2";
const badges = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/** A generator of numbers (mulberry32): [0, n). */
export function numbers(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * n) | 0;
  };
}

/**
 * Pieces that names are made of: letters of many scripts, controls, characters
 * beyond the basic plane, both directions, what N-Quads and JSON escape.
 */
const pieces = [
  "Anna", "Zoë", "Łódź", "Ελένη", "Юлия", "אברהם", "محمد", "𠮷野家", "𝔐𝔞𝔯𝔞", "e\u0301le\u0300ve", "🎭", "👩🏽‍🔧",
  "\u0000", "\u0001", "\u0008", "\u000b", "\u000c", "\u001f", "\u007f", "\u0085", "\u2028", "\ufeff", "\ufffd", "\u{10fffd}",
  "\u202e", "\u2067", "\t", "\n", "\r", "\\", "\"", "'", "<b>", "&amp;", "{{x}}", "^^<y>", "\"@en", "\\u0041", "/", "~1", "%20", " ",
];
const languages = ["de", "en", "fr", "el", "ar", "he", "ja", "mt"];

/**
 * Makes the document with a number. A form says what kind it is; jcs leaves out
 * what the npm JCS suites cannot do: they compare the contexts of document and
 * proof by identity, so that an object is never equal.
 */
export function documentOf(seed, { issuer, jcs = false, given = [] }) {
  const pick = numbers(seed * 2654435761);
  const make = { pick, seed, issuer, ...words(pick) };
  const forms = [plain, vocabulary, badge, older, ...(jcs ? [] : [terms, terms])];
  // A document made by the program takes long to expand: few of them do.
  if (given.length > 0 && seed % 20 === 19) return like(given[pick(given.length)], make);
  return forms[seed % forms.length](make);
}

function words(pick) {
  const name = () => {
    let text = "abcdefghij"[pick(10)];
    for (let n = 1 + pick(5); n > 0; n--) text += pieces[pick(pieces.length)];
    return text;
  };
  const uuid = () => {
    const hex = Array.from({ length: 32 }, () => pick(16).toString(16));
    hex[12] = "4";
    hex[16] = "89ab"[pick(4)];
    return `urn:uuid:${hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
  };
  // Texts of one set begin with different letters: they are sorted alike by
  // code points and by UTF-16, and there are no twins among them.
  const several = (n) => Array.from({ length: n }, (_, i) => "klmnopqrst"[i] + name());
  const languageText = (n) =>
    Array.from({ length: n }, (_, i) => ({ "@value": "klmnopqrst"[i] + name(), "@language": languages[(pick(2) + i) % languages.length] }));
  return { name, uuid, several, languageText, maybe: () => pick(2) === 0 };
}

function base({ pick, seed, issuer, uuid, name, languageText, maybe }, ...contexts) {
  const credential = {
    "@context": [v2, ...contexts],
    id: uuid(),
    type: ["VerifiableCredential"],
    issuer: maybe() ? issuer : { id: issuer, name: maybe() ? name() : languageText(1 + pick(3)) },
    validFrom: `20${10 + pick(14)}-0${1 + pick(9)}-1${pick(10)}T0${pick(10)}:30:0${pick(10)}Z`,
  };
  if (maybe()) credential.validUntil = `20${40 + pick(50)}-12-31T23:59:59+0${pick(3)}:00`;
  if (maybe()) credential.name = maybe() ? name() : languageText(1 + pick(4));
  if (maybe()) credential.description = name();
  if (seed % 7 === 0) delete credential.id;
  return credential;
}

/** The terms of credentials/v2 alone. */
function plain(make) {
  const { pick, uuid, name, maybe } = make;
  const subject = () => ({ id: uuid(), ...(maybe() ? { name: name() } : {}), ...(maybe() ? { description: name() } : {}) });
  return {
    ...base(make),
    credentialSubject: maybe() ? { ...subject(), name: name() } : Array.from({ length: 1 + pick(4) }, subject).map((s) => ({ ...s, name: name() })),
  };
}

/** Terms that only a vocabulary gives a meaning. */
function vocabulary(make) {
  const { pick, several, name, uuid, maybe } = make;
  const node = (depth) => ({
    ...(maybe() ? { id: uuid() } : {}),
    type: maybe() ? "Thing" : ["Thing", "Step"],
    label: name(),
    count: pick(1000) - 500,
    open: maybe(),
    ...(maybe() ? { tags: several(1 + pick(4)) } : {}),
    ...(maybe() ? { weight: (1 + pick(9999)) / 8 + 0.0625 } : {}),
    ...(depth > 0 ? { part: Array.from({ length: 1 + pick(3) }, (_, i) => ({ ...node(depth - 1), place: i + 1 })) } : {}),
  });
  const credential = base(make, examples);
  credential.type.push("AlumniCredential");
  return { ...credential, credentialSubject: { id: uuid(), alumniOf: node(pick(3)) } };
}

/** Terms that an object defines. */
function terms(make) {
  const { pick, several, name, languageText, uuid, maybe } = make;
  const ns = "https://example.org/terms#";
  const definitions = {
    Award: `${ns}Award`,
    Module: `${ns}Module`,
    award: `${ns}award`,
    module: `${ns}module`,
    title: `${ns}title`,
    keyword: `${ns}keyword`,
    passed: { "@id": `${ns}passed`, "@type": "http://www.w3.org/2001/XMLSchema#boolean" },
    credit: { "@id": `${ns}credit`, "@type": "http://www.w3.org/2001/XMLSchema#integer" },
    day: { "@id": `${ns}day`, "@type": "http://www.w3.org/2001/XMLSchema#date" },
    site: { "@id": `${ns}site`, "@type": "@id" },
  };
  const module = () => ({
    ...(maybe() ? { id: uuid() } : {}),
    type: "Module",
    title: maybe() ? name() : languageText(1 + pick(3)),
    credit: pick(300),
    ...(maybe() ? { passed: maybe() } : {}),
    ...(maybe() ? { keyword: several(2 + pick(3)) } : {}),
  });
  return {
    ...base(make, definitions),
    credentialSubject: {
      ...(maybe() ? { id: uuid() } : {}),
      award: {
        type: ["Award"],
        title: name(),
        day: "2024-02-29",
        site: [`https://example.org/${pick(1000)}`, `https://example.net/${pick(1000)}?q=%C3%A9#x`],
        module: Array.from({ length: 1 + pick(4) }, module),
      },
    },
  };
}

/** An Open Badges 3.0 credential. */
function badge(make) {
  const { pick, uuid, name, maybe } = make;
  const credential = base(make, badges);
  credential.type.push("OpenBadgeCredential");
  credential.id = uuid();
  credential.name = name();
  credential.issuer = { id: make.issuer, type: ["Profile"], name: name() };
  return {
    ...credential,
    credentialSubject: {
      ...(maybe() ? { id: uuid() } : {}),
      type: ["AchievementSubject"],
      achievement: {
        id: uuid(),
        type: ["Achievement"],
        name: name(),
        description: name(),
        achievementType: "Certificate",
        criteria: { narrative: name() },
        ...(maybe()
          ? {
              alignment: Array.from({ length: 1 + pick(3) }, (_, i) => ({
                type: ["Alignment"],
                targetName: name(),
                targetUrl: `https://example.org/framework/${i}`,
              })),
            }
          : {}),
      },
    },
  };
}

/** A credential of VC Data Model 1.1. */
function older(make) {
  const { pick, uuid, issuer } = make;
  return {
    "@context": [v1, integrity],
    id: uuid(),
    type: ["VerifiableCredential"],
    issuer,
    issuanceDate: `20${10 + pick(14)}-03-01T00:00:00Z`,
    expirationDate: "2079-01-01T00:00:00Z",
    credentialSubject: Array.from({ length: 1 + pick(3) }, () => ({ id: uuid() })),
    evidence: [{ id: uuid(), type: "https://example.org/terms#Evidence" }],
  };
}

/** A document that the program made, of another issuer and with other names. */
function like(document, { issuer, uuid, name }) {
  const copy = structuredClone(document);
  delete copy.proof;
  copy.id = uuid();
  copy.issuer = typeof copy.issuer === "string" ? issuer : { ...copy.issuer, id: issuer };
  const rename = (value) => {
    if (Array.isArray(value)) return value.map(rename);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key === "givenName" || key === "familyName" ? renamed(inner, name) : rename(inner)]),
    );
  };
  copy.credentialSubject = rename(copy.credentialSubject);
  return copy;
}

function renamed(value, name) {
  if (typeof value === "string") return name();
  if (Array.isArray(value)) return value.map((v) => renamed(v, name));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, key.startsWith("@") && key !== "@value" ? v : renamed(v, name)]));
}

/** Gives the document with one text in it changed, which one by the seed. */
export function changed(document, seed) {
  const copy = structuredClone(document);
  const places = [];
  const walk = (value) => {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "@context" || key === "proof" || key === "type" || key === "@language") continue;
      if (typeof inner === "string" && /^(name|description|title|label|narrative|targetName|@value|givenName|familyName)$/.test(key)) places.push([value, key]);
      else if (Array.isArray(inner) && inner.every((v) => typeof v === "string") && /^(keyword|tags)$/.test(key)) places.push([inner, 0]);
      else if (typeof inner === "string" && key === "id" && inner.startsWith("urn:uuid:")) places.push([value, key]);
      else if (inner !== null && typeof inner === "object") walk(inner);
    }
  };
  walk(copy);
  if (places.length === 0) places.push([copy, "validFrom" in copy ? "validFrom" : "issuanceDate"]);
  const [at, key] = places[seed % places.length];
  if (key === "validFrom" || key === "issuanceDate") at[key] = at[key].replace(/^..../, (year) => `${year - 1}`);
  else at[key] = key === "id" ? `${at[key].slice(0, -1)}${at[key].endsWith("0") ? "1" : "0"}` : `${at[key]}.`;
  return copy;
}

/**
 * JSON pointers into a credential, a third of all there are, with what makes
 * the rest a credential still. The npm package applies pointers to a document
 * that has been compacted, in which an array of one is no array and an object
 * of an id alone is a text: none leads into those. None leads into an object
 * whose id is that of another one either: Probatum shows as much of it at both
 * places, since RDF does not tell them apart, and takes nothing else.
 */
export function pointersOf(document, pick) {
  const places = new Map();
  const count = (value) => {
    if (value === null || typeof value !== "object") return;
    if (value.id) places.set(value.id, (places.get(value.id) ?? 0) + 1);
    Object.values(value).forEach(count);
  };
  count(document);
  const pointers = [];
  const walk = (value, path, depth) => {
    for (const [key, inner] of Object.entries(value)) {
      if (key === "@context" || key === "proof" || key === "id" || key === "type") continue;
      const pointer = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      pointers.push(pointer);
      const open =
        inner !== null &&
        typeof inner === "object" &&
        !(Array.isArray(inner) && inner.length === 1) &&
        inner["@value"] === undefined &&
        !(places.get(inner.id) > 1);
      if (open && depth < 5) walk(inner, pointer, depth + 1);
    }
  };
  walk(document, "", 0);
  const subject = Array.isArray(document.credentialSubject) && document.credentialSubject.length > 1 ? "/credentialSubject/0" : "/credentialSubject";
  return [subject, ...pointers.filter((p) => p !== subject && pick(3) === 0)];
}

/**
 * Whether the npm package can make a part of a credential. Under the context of
 * Open Badges it compacts the type Criteria to a word that has no meaning.
 */
export function canBeCompacted(document) {
  return !JSON.stringify(document).includes('"type":["Criteria"]');
}

/** What every part of a credential must show. */
export function mandatoryOf(document) {
  return ["issuer", "validFrom", "issuanceDate", "validUntil", "expirationDate"].filter((name) => name in document).map((name) => `/${name}`);
}
