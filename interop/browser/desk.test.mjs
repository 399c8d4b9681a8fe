// The desk of a body: results, credentials, staff, tokens, set-up, mail.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { errorsHaveFocus, look, lookAtAll, noTraps, stage, ways } from "./signedin.mjs";

let s;
before(async () => (s = await stage()));
after(() => s?.stop());

for (const [how, { options, Person }] of Object.entries(ways)) {
  test(`a result is imported and sealed, ${how}`, () =>
    s.visit({ ...options, acceptDownloads: true }, async (page) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Pierre Lacombe/);
      await page.goto(s.at("/start?lang=en"));
      await me.goTo("Results");
      await me.press("button", "Import"); // with nothing chosen
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "results-nothing");
      const example = await me.download("link", "Download the example");
      await me.upload("Files", example);
      await me.press("button", "Import");
      if (how === "by keyboard") await look(page, "en", "result-imported");
      await me.press("button", "Seal");
      assert.match(new URL(page.url()).pathname, /^\/b\/musterstadt\/credentials\//);
      if (how === "by keyboard") await look(page, "en", "credential-sealed");
      const link = await page.locator("code", { hasText: "/v/" }).first().innerText();
      assert.match(await (await page.request.get(link)).text(), /data-verdict="valid"/);
    }));

  test(`a member of staff is invited, ${how}`, () =>
    s.visit(options, async (page) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Ines Hoffmann/);
      await page.goto(s.at("/start?lang=en"));
      await me.goTo("Staff");
      await me.fill("E-mail address", "nobody");
      await me.press("button", "Send the invitation");
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "staff-wrong");
      const address = `${how.replaceAll(" ", "-")}@demo.example`;
      await me.fill("E-mail address", address);
      await me.choose("Role", "Mentor");
      await me.choose("Language of the e-mail", "German");
      await me.press("button", "Send the invitation");
      const open = page.locator("[data-invitations]");
      assert.ok(await open.getByText(address).first().isVisible(), "the invitation is not listed");
      if (how === "by keyboard") await look(page, "en", "staff-invited");
      await me.press("link", new RegExp(`^Withdraw.*${address}`));
      await me.press("button", "Withdraw");
      assert.equal(await open.getByText(address).count(), 0, "the invitation is still listed");
    }));

  test(`a token is made and revoked, ${how}`, () =>
    s.visit(options, async (page) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Ines Hoffmann/);
      await page.goto(s.at("/start?lang=en"));
      await me.goTo("API tokens");
      await me.press("button", "Make the token"); // with nothing in it
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "tokens-wrong");
      await me.fill("Name", `Exam system ${how}`);
      await me.tick("See results");
      await me.press("button", "Make the token");
      const secret = await page.getByRole("textbox", { name: "Secret" }).innerText();
      if (how === "by keyboard") await look(page, "en", "token-made");
      const asked = () => page.request.get(s.at("/api/v1/bodies/musterstadt/results"), { headers: { Authorization: `Bearer ${secret}` } });
      assert.equal((await asked()).status(), 200);
      await me.press("link", new RegExp(`^Revoke.*Exam system ${how}`));
      if (how === "by keyboard") await look(page, "en", "token-revoke");
      await me.press("button", "Revoke");
      assert.equal((await asked()).status(), 401);
    }));
}

test("Tab leads through the desk and out again", () =>
  s.visitAs(/^Ines/, {}, async (page) => {
    for (const path of ["", "/setup", "/setup/who", "/setup/look", "/results", "/credentials", "/staff", "/tokens", "/mail"]) {
      await page.goto(s.at(`/b/musterstadt${path}?lang=en`));
      await noTraps(page);
    }
  }));

test("a body of others is as one that there is not", () =>
  s.visitAs(/^Sofia/, {}, async (page, faultless) => {
    const seen = [];
    for (const body of ["musterstadt", "nowhere"]) {
      const response = await page.goto(s.at(`/b/${body}/results?lang=en`));
      assert.equal(response.status(), 404);
      await look(page, "en", "other-body");
      seen.push((await page.locator("main").innerText()).replace(/[A-Z2-7]{16}/, ""));
    }
    assert.equal(seen[0], seen[1]);
    await faultless();
  }));

describe("every page of every role in a body", () => {
  for (const name of ["Ines Hoffmann", "Pierre Lacombe", "Greta Nowak", "Elena Petrova", "Oskar Lund", "Birgit Olsen", "Ruth Keller", "Sofia Lindqvist"]) {
    test(name, (t) => lookAtAll(t, s, name, (path) => path.startsWith("/b/")));
  }
});

// After the pages of a body that is not set up have been looked at.
for (const [how, { options, Person }] of Object.entries(ways)) {
  test(`a body is set up, ${how}`, () =>
    s.visit(options, async (page, faultless) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Sofia Lindqvist/);
      await page.goto(s.at("/start?lang=en"));
      await me.goTo("Set-up");
      await me.press("link", "Who you are");
      await me.fill("Registered identifier", "VATSE-000000000001");
      await me.choose("Country", "Sweden");
      await me.fill("E-mail for questions", "nobody");
      await me.press("button", "Save and go on");
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "setup-who-wrong");
      await me.fill("E-mail for questions", "office@demo.example");
      await me.press("button", "Save and go on");
      assert.equal(await page.locator("h1").innerText(), "How certificates look");
      await me.fill("Place", how);
      await me.press("button", "Save and go on");
      await me.fill("Legal name of who recognises you", "Branch association (DEMO)");
      await me.choose("Their country", "Sweden");
      await me.fill("What is recognised", "Programme approval (DEMO)");
      await me.press("button", "Save and go on");
      await me.press("button", "Save and go on");
      await me.press("button", /^Make a (new )?trial seal$/);
      assert.equal(await page.getByRole("status").filter({ hasText: "The trial seal is ready" }).count(), 1);
      if (how === "by keyboard") await look(page, "en", "setup-seal-made");
      await faultless();
    }));
}
