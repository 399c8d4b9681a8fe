// Verifies a sealed file with npm jose, as a second opinion on proof/jades.
//
//   node interop/jose.mjs FILE CERTIFICATE.pem
//
// FILE is a JWS in general JSON serialisation with a plain payload. The key is
// that of the certificate given, never one that the file brings along. Prints
// "OK" and the SHA-256 of the payload's bytes and exits 0, or prints why not
// and exits 1.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {decodeProtectedHeader, generalVerify, importX509} from 'jose';

const [file, certificate] = process.argv.slice(2);
if(!file || !certificate) {
  console.error('usage: node interop/jose.mjs FILE CERTIFICATE.pem');
  process.exit(64);
}

try {
  const jws = JSON.parse(readFileSync(file, 'utf8'));
  if(jws.signatures.length !== 1) {
    throw new Error(`${jws.signatures.length} signatures`);
  }
  const {alg} = decodeProtectedHeader(jws.signatures[0]);
  if(alg !== 'RS256' && alg !== 'ES256') {
    throw new Error(`algorithm ${alg}`);
  }
  const key = await importX509(readFileSync(certificate, 'utf8'), alg);
  // b64 is known to jose; the others must stand in the protected header.
  const {payload} = await generalVerify(jws, key, {algorithms: [alg], crit: {sigT: true, adoTst: true}});
  console.log(`OK ${createHash('sha256').update(payload).digest('hex')}`);
} catch(error) {
  console.error(`${error.code ?? error.name}: ${error.message}`);
  process.exit(1);
}
