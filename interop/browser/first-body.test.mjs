// A body is set up and seals its first result: by somebody who has the README and
// the pages, on a new server, in less than forty clicks and fields.
//
// What the person does is counted by Hands. Nothing here knows an address but the
// link that the program prints.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { scratch, serve } from "../probatum.mjs";
import { launch, open } from "./browser.mjs";
import { Hands, look, passkeys } from "./signedin.mjs";

const limit = 40; // clicks and fields
const fresh = 5 * 60_000; // ms: for so long a sign-in is enough for sealing

const body = { name: "Bühnenprüfstelle Falkenried", short: "falkenried", identifier: "VATDE-123456789", signatory: "Dr. Miriam Østergaard" };

let folder, program, browser;
before(async () => {
  folder = await scratch();
  browser = await launch();
  program = await serve(folder.dir);
});
after(async () => {
  await browser?.close();
  const end = await program?.stop();
  await folder?.remove();
  if (end) assert.deepEqual(end, { code: 0, signal: null }, "the server did not end in peace");
});

test("a new body seals its first result", async (t) => {
  const { page, takeFaults, close } = await open(browser, { host: "localhost", viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  t.after(close);
  await passkeys(page);
  const me = new Hands(page);
  const see = async (name) => {
    await look(page, "en", `first-${name}`, { demo: false });
    assert.deepEqual(takeFaults(), [], `at ${name}`);
  };

  // The account, with a passkey.
  await page.goto(program.setUp);
  await see("link");
  await me.fill("Name", "Miriam Østergaard");
  await me.fill("E-mail address", "miriam@falkenried.example");
  await me.fill("Name of the body", body.name);
  await me.fill("Short name in addresses", body.short);
  await me.press("button", "Make a passkey");
  const signedIn = Date.now();
  await see("setup");

  // The body, page by page.
  await me.press("link", "Go on: Who you are");
  await see("who");
  await me.fill("Registered identifier", body.identifier);
  await me.choose("Country", "Germany");
  await me.press("button", "Save and go on");
  await see("look");
  await me.upload("Logo", await logo(folder.dir));
  await me.fill("Name of the person who signs", body.signatory);
  await me.fill("Function", "Head of certification");
  await me.fill("Place", "Falkenried");
  await me.press("button", "Save and go on");
  await see("recognition");
  await me.fill("Legal name of who recognises you", "Fachverband Bühne e. V.");
  await me.fill("What is recognised", "Programme approval for event technology");
  await me.press("button", "Save and go on");
  await see("mail");
  await me.press("button", "Save and go on");
  await see("seal");
  await me.press("button", "Make a trial seal");
  await see("sealed");

  // A result, from the example that the page offers.
  await me.goTo("Results");
  await see("results");
  const example = await me.download("link", "Download the example");
  await me.upload("Files", example);
  await me.press("button", "Import");
  await see("result");
  await page.getByRole("img").first().evaluate((img) => img.decode()); // the certificate is looked at

  // The sign-in was too long ago by now, as it is for everybody who reads.
  const wait = signedIn + fresh + 2_000 - Date.now();
  if (wait > 0) await pause(wait);
  await me.press("button", "Seal");
  await see("confirm");
  await me.press("button", "Confirm with a passkey");
  await see("go-on");
  await me.press("button", "Send it");
  await see("credential");

  // The certificate and the sealed file, and what anybody sees behind the link.
  const pdf = await me.download("link", /^Download Certificate/);
  const text = await pdfText(pdf);
  for (const expected of [body.name, body.signatory, "Falkenried"]) {
    assert.ok(text.includes(expected), `the certificate does not say ${expected}:\n${text}`);
  }
  const sealed = await me.download("link", /^Download European credential/);
  assert.ok(JSON.parse(await readFile(sealed, "utf8")).payload, "the sealed file has no payload");
  const link = await page.locator("code", { hasText: "/v/" }).first().innerText();
  assert.deepEqual(takeFaults(), []);

  console.log(`${me.count} clicks and fields: ${me.did.join(", ")}`);
  assert.ok(me.count < limit, `${me.count} clicks and fields`);

  const { hostname } = new URL(link);
  const stranger = await open(browser, { host: hostname });
  t.after(stranger.close);
  await stranger.page.goto(link);
  assert.ok(await stranger.page.locator("[data-verdict]").isVisible());
  assert.ok((await stranger.page.locator("main").innerText()).includes(body.name));
  await look(stranger.page, "en", "first-verdict", { demo: false, scripts: false });
  assert.deepEqual(stranger.takeFaults(), []);
  assert.deepEqual(await stranger.page.context().cookies(), []);
});

/** The words of a PDF. */
async function pdfText(file) {
  const { stdout } = await promisify(execFile)("pdftotext", ["-layout", file, "-"]);
  return stdout.normalize("NFC");
}

/** A small picture: a square in one colour. */
async function logo(dir) {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsOtjFZOZ2gi+hcEKLFP9WgQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQELgvGZBDxAxHEZQAAAABJRU5ErkJggg==";
  const file = join(dir, "logo.png");
  await writeFile(file, Buffer.from(png, "base64"));
  return file;
}
