// The public pages as people meet them: on a phone and on a desk, in three
// languages, with a keyboard only, with a screen reader, without script.
//
// Pictures of all pages are left in .build/screens/.

import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { demo, scratch } from "../probatum.mjs";
import { accessible, fits, launch, open, slug, tabTo, wellFormed } from "./browser.mjs";

const screens = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".build", "screens");
const languages = { en: "en-GB", fr: "fr-FR", de: "de-DE" };
const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
const narrow = { width: 320, height: 700 }; // WCAG 2.2, 1.4.10
const weightLimit = 50_000; // bytes of /v/{id} with all it loads

let folder, program, answer, browser;

before(async () => {
  await rm(screens, { recursive: true, force: true });
  await mkdir(screens, { recursive: true });
  folder = await scratch();
  [program, browser] = await Promise.all([demo(folder.dir), launch()]);
  answer = program.answer;
});

after(async () => {
  await browser?.close();
  const end = await program?.stop();
  await folder?.remove();
  if (end) assert.deepEqual(end, { code: 0, signal: null }, "the demo did not end in peace");
});

const at = (path) => new URL(path, answer.url).href;

/** The addresses of all states of the pages, in the language asked for. */
async function states(page) {
  await page.goto(at("/demo/states"));
  const links = await page.locator('main a[href*="/demo/states/"]').evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
  return [...new Set(links)];
}

/**
 * Runs body with a page of its own and fails on whatever that page did wrong.
 * A body that visits much asks in between whether it is faultless so far.
 */
async function visit(options, body) {
  const { page, takeFaults, close } = await open(browser, options);
  try {
    const faultless = async () => {
      assert.deepEqual(await page.context().cookies(), [], "cookies were set");
      assert.deepEqual(takeFaults(), []);
    };
    await body(page, faultless);
    await faultless();
  } finally {
    await close();
  }
}

/**
 * Looks at the page in front at every width. Which rules it keeps depends little
 * on the language: English is looked at whole, the others as on a phone; that
 * their longer words fit is looked at everywhere.
 */
async function look(page, lang, name) {
  await wellFormed(page, lang); // before pictures are taken: they leave traces
  for (const size of sizes) {
    await page.setViewportSize(size);
    const whole = lang === "en" || size.width < 500;
    // The picture first: it shows what a rule complains about.
    if (whole) await page.screenshot({ path: join(screens, `${name}-${lang}-${size.width}.png`), fullPage: true });
    await fits(page);
    if (whole) await accessible(page);
  }
  await page.setViewportSize(narrow);
  await fits(page);
}

for (const [lang, locale] of Object.entries(languages)) {
  describe(`pages in ${lang}`, () => {
    for (const path of ["/", "/verify", "/demo/states"]) {
      test(path, () =>
        visit({ locale }, async (page) => {
          const response = await page.goto(at(path));
          assert.equal(response.status(), 200);
          await look(page, lang, slug(path));
        }));
    }

    test("the link of the credential", () =>
      visit({ locale }, async (page) => {
        const response = await page.goto(answer.verify);
        assert.equal(response.status(), 200);
        assert.equal(await page.locator("[data-verdict]").getAttribute("data-verdict"), "valid");
        await look(page, lang, "link");
      }));

    test("an unknown link", () =>
      visit({ locale }, async (page) => {
        const response = await page.goto(at("/v/AAAAAAAAAAAAAAAAAAAAAA"));
        assert.equal(response.status(), 404);
        await look(page, lang, "unknown-link");
      }));

    test("every state", (t) =>
      visit({ locale }, async (page, faultless) => {
        const paths = await states(page);
        assert.ok(paths.length >= 5, `only these states are linked: ${paths}`);
        for (const path of paths) {
          await t.test(path, async () => {
            await page.goto(at(path));
            await look(page, lang, slug(path.slice(1)));
            await faultless();
          });
        }
      }));
  });
}

describe("other ways to look", () => {
  test("dark colours keep their contrast", () =>
    visit({ colorScheme: "dark" }, async (page) => {
      for (const path of ["/", "/verify", answer.verify, ...(await states(page))]) {
        await page.goto(at(path));
        await accessible(page);
        await page.screenshot({ path: join(screens, `${slug(new URL(at(path)).pathname.replace(/^\/v\/.*/, "/link"))}-dark.png`), fullPage: true });
      }
    }));

  test("the language links change the language", () =>
    visit({}, async (page) => {
      for (const path of ["/", "/verify", answer.verify]) {
        for (const lang of Object.keys(languages)) {
          await page.goto(at(path));
          await page.locator(`a[hreflang="${lang}"]`).first().click();
          assert.equal(await page.locator("html").getAttribute("lang"), lang);
        }
      }
    }));

  test("the skip link leads to the content", () =>
    visit({}, async (page) => {
      await page.goto(at("/verify"));
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement?.id || location.hash.slice(1)), "main");
    }));
});

test("the page behind the QR code is light, whole and without script or cookie", () =>
  visit({}, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    let bytes = 0;
    session.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
    const response = await page.goto(answer.verify, { waitUntil: "networkidle" });
    assert.ok(bytes > 1000 && bytes < weightLimit, `${bytes} bytes`);
    const body = await response.text();
    assert.ok(!/<script|<iframe|<object|<embed/i.test(body), "the page embeds something");
    assert.equal(await response.headerValue("set-cookie"), null);
    // The verdict stands before all else that the page says.
    assert.equal(await page.locator("main [data-verdict] h1").count(), 1);
    assert.ok(await page.locator("main > :first-child").evaluate((e) => e.matches("[data-verdict]")), "the verdict does not come first");
  }));

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "by keyboard" : "by keyboard and without script";

  describe(`checking a file ${how}`, () => {
    test("the sealed credential is valid", () =>
      visit({ javaScriptEnabled }, async (page) => {
        await upload(page, answer.files.edc, javaScriptEnabled);
        assert.equal(await verdict(page), "valid");
        if (javaScriptEnabled) await look(page, "en", "result-valid");
      }));

    test("a changed credential is invalid", () =>
      visit({ javaScriptEnabled }, async (page) => {
        const file = join(folder.dir, "changed.jsonld");
        await writeFile(file, changed(await readFile(answer.files.edc, "utf8")));
        await upload(page, file, javaScriptEnabled);
        assert.equal(await verdict(page), "invalid");
        assert.equal(await page.locator('[data-check="seal"]').getAttribute("data-result"), "fail");
        if (javaScriptEnabled) await look(page, "en", "result-invalid");
      }));

    test("pasted text is checked", () =>
      visit({ javaScriptEnabled }, async (page) => {
        await page.goto(at("/verify"));
        await tabTo(page, "textarea");
        await page.keyboard.insertText(await readFile(answer.files.edc, "utf8"));
        await tabTo(page, 'button[type="submit"]');
        await submit(page);
        assert.equal(await verdict(page), "valid");
      }));

    test("a pasted link opens its page", () =>
      visit({ javaScriptEnabled }, async (page) => {
        await page.goto(at("/verify"));
        await tabTo(page, "textarea");
        await page.keyboard.insertText(answer.verify);
        await tabTo(page, 'button[type="submit"]');
        await submit(page);
        assert.equal(new URL(page.url()).pathname, new URL(answer.verify).pathname);
        assert.equal(await verdict(page), "valid");
      }));

    test("something else is refused in plain words", () =>
      visit({ javaScriptEnabled }, async (page) => {
        await page.goto(at("/verify"));
        await tabTo(page, "textarea");
        await page.keyboard.insertText("not a credential");
        await tabTo(page, 'button[type="submit"]');
        await submit(page);
        assert.equal(await verdict(page), "invalid");
        if (javaScriptEnabled) await look(page, "en", "result-other");
      }));
  });
}

async function upload(page, file, javaScriptEnabled) {
  await page.goto(at("/verify"));
  await tabTo(page, 'input[type="file"]');
  if (javaScriptEnabled) {
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(file);
  } else {
    // The tool learns of the file dialogue by script only.
    await page.locator('input[type="file"]').setInputFiles(file);
  }
  await tabTo(page, 'button[type="submit"]');
  await submit(page);
}

/** Presses Enter on what has the focus and waits for the page that follows. */
async function submit(page) {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
}

const verdict = (page) => page.locator("[data-verdict]").getAttribute("data-verdict");

/** The same file with another letter in the first title of its payload. */
function changed(sealed) {
  const file = JSON.parse(sealed);
  let done = false;
  const payload = file.payload.replace(/("title":(?:\{"[a-z]{2}":)?")(.)/, (_, before, letter) => {
    done = true;
    return before + (letter === "X" ? "Y" : "X");
  });
  assert.ok(done, "the payload has no title to change");
  return JSON.stringify({ ...file, payload });
}
