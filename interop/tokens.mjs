// Tokens and status lists by implementations that are not ours, for the Go tests
// to compare with: `node tokens.mjs PART`, where PART is jose, sdjwt or status.
// Reads lines of JSON on standard input and answers each with one line, in order:
//
//   {"ask": NAME, …}   a function of tokens-PART.mjs, which says what it takes
//
// An answer is what the function gives, or {"error": text} where it throws.
// Nothing is fetched, and the keys live as long as the process.

import { createInterface } from "node:readline";

const part = process.argv[2];
if (!["jose", "sdjwt", "status"].includes(part)) {
  console.error("usage: node tokens.mjs jose|sdjwt|status");
  process.exit(64);
}
const { answers } = await import(`./tokens-${part}.mjs`);

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  let result;
  try {
    const { ask, ...question } = JSON.parse(line);
    if (!Object.hasOwn(answers, ask)) throw new Error(`nothing is known of ${ask}`);
    result = await answers[ask](question);
  } catch (error) {
    result = { error: `${error.code ?? error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
