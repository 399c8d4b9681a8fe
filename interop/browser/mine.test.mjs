// The candidate's own pages: evidence, frozen sets, credentials, links.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { errorsHaveFocus, look, lookAtAll, noTraps, stage, ways } from "./signedin.mjs";

let s, plan;
before(async () => {
  s = await stage();
  plan = join(s.folder.dir, "plan.txt");
  await writeFile(plan, "Lighting plan (DEMO)\n");
});
after(() => s?.stop());

for (const [how, { options, Person }] of Object.entries(ways)) {
  const title = `Lighting plan ${how}`;

  test(`evidence is uploaded, frozen and handed in, ${how}`, () =>
    s.visit(options, async (page, faultless) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Luca Ferri/);
      await page.goto(s.at("/start?lang=en"));
      await me.goTo("My portfolio");
      await me.press("link", "Evidence");
      await me.press("link", "Add evidence");
      await me.press("link", "Piece of work");

      await me.press("button", "Save"); // with nothing in it
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "mine-item-wrong");
      await me.choose("Unit", "Lighting");
      await me.fill("Title", title);
      await me.fill("What it shows", "A plan with 24 positions, as it was built.");
      await me.fill("The task", "Draw the plan for a concert with what the house has.");
      await me.fill("Day of the work", "2026-05-04");
      await me.tick("I made this myself. It is a finished piece of work and no teaching material.");
      await me.upload("File", plan);
      await me.press("button", "Save");
      assert.equal(await page.getByRole("status").filter({ hasText: "Added to your evidence" }).count(), 1);
      await faultless();

      await me.goTo("My portfolio");
      await me.press("link", "Evidence");
      await me.press("link", /^Freeze/);
      if (how === "by keyboard") await look(page, "en", "mine-freeze");
      await me.press("button", "Freeze this set");
      assert.equal(await page.getByRole("status").filter({ hasText: "The set is frozen" }).count(), 1);

      await me.press("link", "Hand in");
      await me.press("button", "Hand in"); // nothing said yet
      await errorsHaveFocus(page);
      if (how === "by keyboard") await look(page, "en", "mine-hand-in-wrong");
      await me.choose("Body", "Prüfzentrum Nordhafen (DEMO)");
      await me.fill("Purpose", "Assessment for Lighting in May");
      await me.tick("I have read what the body gets, and I hand this set in for this purpose.");
      await me.press("button", "Hand in");
      assert.equal(await page.getByRole("status").filter({ hasText: "Handed in" }).count(), 1);
      if (how === "by keyboard") await look(page, "en", "mine-handed-in");
    }));

  test(`a credential is downloaded, shared and closed again, ${how}`, () =>
    s.visit({ ...options, acceptDownloads: true }, async (page) => {
      const me = new Person(page);
      await page.goto(s.at("/?lang=en"));
      await me.signIn(/^Jana Kowalczyk-Brandt/);
      await page.goto(s.at("/me/credentials?lang=en"));
      await me.press("link", "Lighting");
      const sealed = await me.download("link", "Download the file for Europass");
      assert.ok(JSON.parse(await readFile(sealed, "utf8")).signatures?.length, "the file for Europass has no seal");

      await me.press("link", "Make a link");
      await me.press("button", "Make a link");
      const address = await page.locator("#links code", { hasText: "/v/" }).first().innerText();
      const shown = async () => (await page.request.get(address)).status();
      assert.equal(await shown(), 200);
      if (how === "by keyboard") await look(page, "en", "mine-shared");
      await me.press("link", /^Close the link/);
      if (how === "by keyboard") await look(page, "en", "mine-close-link");
      await me.press("button", "Close the link");
      assert.equal(await shown(), 404);
    }));
}

test("Tab leads through every place of a candidate and out again", () =>
  s.visitAs(/^Jana/, {}, async (page) => {
    for (const path of ["/me", "/me/evidence", "/me/evidence/add/images", "/me/credentials"]) {
      await page.goto(s.at(`${path}?lang=en`));
      await noTraps(page);
    }
    await page.locator("main .card a").first().click();
    await noTraps(page);
  }));

describe("every page of a candidate", () => {
  for (const name of ["Jana Kowalczyk-Brandt", "Luca Ferri"]) {
    test(name, (t) => lookAtAll(t, s, name, (path) => path === "/start" || path.startsWith("/me")));
  }
});
