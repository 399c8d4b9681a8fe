// Signing in, settings, and what every role begins with.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { accessible } from "./browser.mjs";
import { errorsHaveFocus, languages, look, lookAtAll, noTraps, stage, ways } from "./signedin.mjs";

let s;
before(async () => (s = await stage()));
after(() => s?.stop());

for (const [how, { options, Person }] of Object.entries(ways)) {
  test(`somebody signs in, changes language and text, makes and revokes a token, signs out, ${how}`, () =>
    s.visit(options, async (page, faultless) => {
      const me = new Person(page);
      await page.goto(s.at("/start?lang=en"));
      assert.equal(new URL(page.url()).pathname, "/sign-in", "who is not signed in sees a start page");
      await me.signIn(/^Sign in as this person.*Aisha Traore/);
      assert.equal(new URL(page.url()).pathname, "/start");

      await page.goto(s.at("/settings?lang=en"));
      await me.fill("Name", "");
      await me.press("button", "Save");
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "settings-wrong");
      await me.fill("Name", "Aisha Traore");
      await me.tick("English");
      await me.tick("Large text");
      await me.tick("Strong contrast");
      await me.press("button", "Save");
      await page.goto(s.at("/settings"));
      const root = page.locator("html");
      assert.deepEqual(
        [await root.getAttribute("lang"), await root.getAttribute("data-text"), await root.getAttribute("data-contrast")],
        ["en", "large", "high"],
      );
      if (how === "by keyboard") await look(page, "en", "settings-large");

      await me.press("link", "Tokens for programs");
      await me.press("button", "Make the token"); // with nothing in it
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "my-tokens-wrong");
      await me.fill("Name", `Backup ${how}`);
      await me.tick("Read my evidence and credentials");
      await me.press("button", "Make the token");
      const secret = await page.getByRole("textbox", { name: "Your new token" }).innerText();
      assert.match(secret, /^\S{30,}$/);
      if (how === "by keyboard") await look(page, "en", "my-token");
      const asked = () => page.request.get(s.at("/api/v1/me/credentials"), { headers: { Authorization: `Bearer ${secret}` } });
      assert.equal((await asked()).status(), 200);
      await me.press("button", new RegExp(`^Revoke.*Backup ${how}`));
      assert.equal((await asked()).status(), 401);
      await faultless();

      await me.signOut();
      const cookies = (await page.context().cookies()).map((c) => c.name);
      assert.deepEqual(cookies, ["probatum-look"], "what stays after signing out");
      await page.goto(s.at("/settings"));
      assert.equal(new URL(page.url()).pathname, "/sign-in", "who has signed out still sees the settings");
    }));
}

test("the language is chosen in the settings, and stays", () =>
  s.visitAs(/^Oskar Lund/, {}, async (page) => {
    for (const [lang, name] of [["fr", "Français"], ["de", "Deutsch"], ["en", "English"]]) {
      await page.goto(s.at("/settings"));
      await page.getByLabel(name, { exact: true }).check();
      await Promise.all([page.waitForNavigation(), page.locator("#person button[type=submit]").click()]);
      await page.goto(s.at("/start"));
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
    }
  }));

test("Tab leads through what everybody has and out again", () =>
  s.visitAs(/^Ines/, {}, async (page) => {
    for (const path of ["/start", "/settings", "/settings/tokens", "/settings/delete"]) {
      await page.goto(s.at(`${path}?lang=en`));
      await noTraps(page);
    }
  }));

test("dark colours keep their contrast", () =>
  s.visitAs(/^Ines/, { colorScheme: "dark" }, async (page) => {
    for (const path of ["/start", "/settings", "/me", "/b/musterstadt/setup/look", "/b/musterstadt/results", "/b/musterstadt/credentials", "/b/musterstadt/staff", "/b/musterstadt/tokens"]) {
      await page.goto(s.at(path));
      await accessible(page);
    }
  }));

describe("pages before signing in", () => {
  for (const [lang, locale] of Object.entries(languages)) {
    for (const path of ["/sign-in", "/sign-up", "/recover", "/invite/none", "/recover/none", "/claim/none"]) {
      test(`${path} in ${lang}`, () =>
        s.visit({ locale }, async (page) => {
          await page.goto(s.at(path));
          await look(page, lang, `before${path.replaceAll("/", "-")}`);
          assert.deepEqual(await page.context().cookies(), [], "a cookie before anybody signs in");
        }));
    }
  }
});

describe("the start page and the settings of every role", () => {
  for (const name of [
    "Ines Hoffmann", "Pierre Lacombe", "Henrike Sandvoss", "Aisha Traore", "Greta Nowak", "Marc Dubois", "Elena Petrova",
    "Oskar Lund", "Birgit Olsen", "Ruth Keller", "Sofia Lindqvist",
  ]) {
    test(name, (t) => lookAtAll(t, s, name, (path) => !/^\/(me|b)(\/|$)/.test(path)));
  }
});
