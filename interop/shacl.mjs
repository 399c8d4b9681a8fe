// Checks credentials against the Commission's official SHACL shapes, as a
// second opinion on elm.Check.
//
// Reads JSON lines {"name", "doc", "state"?, "profiles"?} on stdin: doc is the
// credential, state "3.2" (default) or "3.1", profiles what comes on top of
// generic: "accredited", "issued-by-mandate", "converted",
// "diploma-supplement". Writes one JSON line for each on stdout: {"name",
// "conforms", "violations": [{"focus", "path", "component", "message"}]}, or
// {"name", "error"} where the document has no meaning as JSON-LD. PROBATUM_REFERENCE
// names the folder with the shapes. Nothing is fetched.
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import jsonld from 'jsonld';
import {Parser, Store} from 'n3';
import SHACLValidator from 'rdf-validate-shacl';

const reference = process.env.PROBATUM_REFERENCE;
if(!reference) {
  console.error('PROBATUM_REFERENCE is not set');
  process.exit(64);
}
const layers = {
  'accredited': ['EDC-accredited.ttl'],
  'issued-by-mandate': ['EDC-issuedByMandate.ttl'],
  'converted': ['EDC-converted.ttl'],
  'diploma-supplement': ['EDC-accredited.ttl', 'EDC-diplomaSupplement.ttl']
};
const folder = state => `${reference}/elm/${state === '3.1' ? '' : 'v3.2/'}`;
const imports = 'http://www.w3.org/2002/07/owl#imports';
const validators = new Map();
const contexts = new Map();

function validator(state, profiles) {
  const key = [state, ...profiles].join(' ');
  if(!validators.has(key)) {
    const files = ['EDC-generic-no-cv.ttl', 'EDC-generic-full.ttl'];
    for(const p of profiles) {
      files.push(...layers[p].filter(f => !files.includes(f)));
    }
    const shapes = new Store();
    for(const f of files) {
      const quads = new Parser({blankNodePrefix: `_:${f}`.replace(/[^_:A-Za-z]/g, '')})
        .parse(readFileSync(folder(state) + f, 'utf8'));
      shapes.addQuads(quads.filter(q => q.predicate.value !== imports));
    }
    // By default a node is not looked at more than 50 times per shape.
    validators.set(key, new SHACLValidator(shapes, {maxNodeChecks: 0}));
  }
  return validators.get(key);
}

function context(state, url) {
  const files = {
    'https://www.w3.org/2018/credentials/v1': new URL('../contexts/data/credentials-v1.jsonld', import.meta.url),
    'http://data.europa.eu/snb/model/context/edc-ap': folder(state) + 'edc-ap-context.jsonld'
  };
  if(!files[url]) {
    throw new Error('unknown context');
  }
  const key = state + url;
  if(!contexts.has(key)) {
    contexts.set(key, JSON.parse(readFileSync(files[url], 'utf8')));
  }
  return contexts.get(key);
}

async function check({name, doc, state = '3.2', profiles = []}) {
  try {
    const nquads = await jsonld.toRDF(doc, {
      format: 'application/n-quads',
      documentLoader: async url => ({contextUrl: null, documentUrl: url, document: context(state, url)})
    });
    const data = new Store(new Parser({format: 'N-Quads'}).parse(nquads));
    const report = await validator(state, profiles).validate(data);
    const violations = report.results.map(r => ({
      focus: r.focusNode.termType === 'BlankNode' ? '' : r.focusNode.value,
      path: r.path?.value ?? '',
      component: r.sourceConstraintComponent.value.replace(/.*#|ConstraintComponent$/g, ''),
      message: r.message.map(m => m.value).join(' ')
    }));
    return {name, conforms: report.conforms, violations};
  } catch(e) {
    return {name, error: String(e.message ?? e).slice(0, 300)};
  }
}

for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
  if(line.trim() !== '') {
    console.log(JSON.stringify(await check(JSON.parse(line))));
  }
}
