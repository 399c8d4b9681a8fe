// People of the demo at the pages that they sign in to.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { demo, scratch } from "../probatum.mjs";
import { accessible, fits, launch, open, slug, wellFormed } from "./browser.mjs";

export const languages = { en: "en-GB", fr: "fr-FR", de: "de-DE" };
const sizes = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
const narrow = { width: 320, height: 700 }; // WCAG 2.2, 1.4.10

/** Where pictures of the signed-in pages go, each in three languages; none without. */
const shots = process.env.PROBATUM_SHOTS;

/**
 * Starts a demo and a browser for the tests of one file. Gives what they need:
 * visit opens a page of its own and fails on whatever it did wrong.
 */
export async function stage() {
  if (shots) await mkdir(shots, { recursive: true });
  const folder = await scratch();
  let program, browser;
  const stop = async () => {
    await browser?.close();
    const end = await program?.stop();
    await folder.remove();
    if (end) assert.deepEqual(end, { code: 0, signal: null }, "the demo did not end in peace");
  };
  try {
    browser = await launch();
    program = await demo(folder.dir);
  } catch (err) {
    await stop();
    throw err;
  }
  const { answer } = program;
  const at = (path) => new URL(path, answer.url).href;

  /** Opens a page, and fails on what it did wrong until body is done. */
  async function visit(options, body) {
    const { page, takeFaults, close } = await open(browser, options);
    const faultless = async () => assert.deepEqual(takeFaults(), []);
    try {
      await body(page, faultless);
      await faultless();
    } finally {
      await close();
    }
  }

  /** Visits as one of the people of the demo, on their start page. */
  const visitAs = (name, options, body) =>
    visit(options, async (page, faultless) => {
      await page.goto(at("/"));
      await Promise.all([page.waitForURL(at("/start")), page.getByRole("button", { name }).click()]);
      await body(page, faultless);
    });

  return { answer, folder, at, visit, visitAs, stop };
}

/**
 * Looks at the page in front at every width. Which rules it keeps depends little
 * on the language: English is looked at whole; that the longer words of the
 * others fit is looked at everywhere.
 */
export async function look(page, lang, name, { scripts = true, demo = true } = {}) {
  await wellFormed(page, lang, { scripts, demo }); // before pictures are taken: they leave traces
  for (const size of sizes) {
    await page.setViewportSize(size);
    if (shots) await page.screenshot({ path: join(shots, `${name}-${lang}-${size.width}.png`), fullPage: true });
    await fits(page);
    if (lang === "en") await accessible(page);
  }
  await page.setViewportSize(narrow);
  await fits(page);
  await page.setViewportSize(sizes[0]);
}

const files = /\/(files|preview|proofs)\/|\/file$|\.(pdf|png|pem|json)$/;
const elsewhere = /^\/(v|demo|docs|verify|sign-in|deleted)(\/|$)|^\/$/; // the public pages have tests of their own

/**
 * Follows all links from the start page of who is signed in, and gives the pages
 * that are of different kinds: their path, and their structure. A link that leads
 * nowhere is a failure.
 */
export async function pagesOf(page, within = () => true) {
  const base = page.url();
  const queue = ["/start"];
  const known = new Set(queue);
  const kinds = new Map();
  const dead = [];
  for (let path = queue.shift(); path; path = queue.shift()) {
    const response = await page.request.get(new URL(withLang(path, "en"), base).href);
    if (response.status() !== 200) {
      dead.push(`${response.status()} ${path}`);
      continue;
    }
    if (!response.headers()["content-type"]?.startsWith("text/html")) continue;
    const html = await response.text();
    const kind = `${pattern(path)} ${path === "/start" ? "" : structure(html)}`;
    const alike = [...kinds.values()].filter((known) => pattern(known) === pattern(path)).length;
    if (within(path) && !kinds.has(kind) && alike < 2) kinds.set(kind, path);
    for (const [, href] of html.matchAll(/<a\s[^>]*?href="([^"]*)"/g)) {
      const to = new URL(href.replaceAll("&amp;", "&").replaceAll("&#43;", "+"), new URL(path, base));
      to.searchParams.delete("lang");
      const next = to.pathname + to.search;
      if (to.origin !== new URL(base).origin || elsewhere.test(to.pathname) || known.has(next)) continue;
      if (files.test(to.pathname) && known.has(pattern(next))) continue; // one file of each kind will do
      known.add(next).add(pattern(next));
      queue.push(next);
    }
  }
  assert.deepEqual(dead, [], "links that lead nowhere");
  return kinds;
}

/** A path in which all that is numbered is the same. */
export const pattern = (path) =>
  path
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "-id-")
    .replace(/\/proofs\/\d+/, "/proofs/-n-")
    .replace(/\?(v|show|page|after)=.*/, ""); // a version, or part of a list

/** The elements of a page below its head, without what they say. */
const structure = (html) =>
  [...html.slice(html.indexOf("<main")).matchAll(/<(\w+)(?:[^>]*?\sclass="([^"]*)")?/g)]
    .map(([, tag, classes]) => tag + (classes ? `.${classes}` : ""))
    .join(" ")
    .replace(/((?:\b\S+ )+?)\1+/g, "$1"); // lists and tables of any length

export const withLang = (path, lang) => `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;

/** The pages that were looked at, by their kind: the same page of another role is not looked at again. */
const looked = new Set();

/** Looks at all pages that a person gets to, in all languages, and gives how many they are. */
export async function lookAtAll(t, { visitAs, at }, name, within) {
  await visitAs(name, {}, async (page, faultless) => {
    const kinds = await pagesOf(page, within);
    await faultless();
    for (const [kind, path] of kinds) {
      if (path !== "/start" && looked.has(kind)) continue;
      looked.add(kind);
      await t.test(path === "/start" ? path : pattern(path), async () => {
        for (const lang of Object.keys(languages)) {
          const response = await page.goto(at(withLang(path, lang)));
          assert.equal(response.status(), 200);
          await look(page, lang, slug(`${name.split(" ")[0]} ${pattern(path)}`));
        }
        await faultless();
      });
    }
  });
}

/** Gives the page's browser a device that makes passkeys and says yes to all. */
export async function passkeys(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Somebody at a page, who finds things by what they are called. Each click and each field counts. */
export class Hands {
  count = 0;
  did = [];

  constructor(page) {
    this.page = page;
  }

  does(what) {
    this.count++;
    this.did.push(String(what).replace(/^\/\^?|\/$/g, ""));
  }

  field(label) {
    const main = this.page.locator("main");
    return main.getByLabel(label, { exact: true }).or(main.getByLabel(`${label} (optional)`, { exact: true })).first();
  }

  thing(role, name, within = "main") {
    return this.page.locator(within).getByRole(role, { name, exact: true }).first();
  }

  async fill(label, value) {
    this.does(label);
    await this.field(label).fill(value);
  }

  async choose(label, option) {
    this.does(label);
    await this.field(label).selectOption({ label: option });
  }

  async tick(label) {
    this.does(label);
    await this.field(label).check();
  }

  async upload(label, file) {
    this.does(label);
    await this.field(label).setInputFiles(file);
  }

  /** Presses what leads to another page. */
  async press(role, name, within) {
    this.does(name);
    await this.leaves(() => this.thing(role, name, within).click());
  }

  /** Does something that leads to another page, and waits until that is there. */
  async leaves(act) {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "load", timeout: 30_000 }), act()]);
  }

  /** Presses what gives a file, and gives where it is. */
  async download(role, name) {
    this.does(name);
    const [file] = await Promise.all([this.page.waitForEvent("download"), this.hit(this.thing(role, name))]);
    return file.path();
  }

  hit(thing) {
    return thing.click();
  }

  async signIn(name) {
    await this.press("button", name);
  }

  /** Opens the menu where it is folded, as on a phone, and presses a place in it. */
  async goTo(place) {
    const summary = this.page.locator("header summary");
    if ((await summary.isVisible()) && !(await this.page.locator("header details").evaluate((d) => d.open))) await this.hit(summary);
    await this.press("link", place, "header");
  }

  async signOut() {
    const summary = this.page.locator("header summary");
    if ((await summary.isVisible()) && !(await this.page.locator("header details").evaluate((d) => d.open))) await this.hit(summary);
    await this.press("button", "Sign out", "header");
  }
}

/** Somebody who has a keyboard only: Tab, Enter, Space, arrows and letters. What has the focus can be seen. */
export class Keys extends Hands {
  /** Presses Tab until a thing has the focus. */
  async reach(thing) {
    const { page } = this;
    const wanted = await thing.elementHandle();
    for (let i = 0; i < 300; i++) {
      const at = await wanted.evaluate((e) => {
        if (e !== document.activeElement) return null;
        const s = getComputedStyle(e);
        const box = e.getBoundingClientRect();
        return {
          seen: (s.outlineStyle !== "none" && s.outlineWidth !== "0px") || s.boxShadow !== "none",
          within: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        };
      });
      if (at) {
        assert.ok(at.seen, `the focus on ${thing} cannot be seen`);
        assert.ok(at.within, `${thing} has the focus out of sight`);
        return;
      }
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reached ${thing} at ${page.url()}`);
  }

  async fill(label, value) {
    this.does(label);
    const field = this.field(label);
    await this.reach(field);
    if ((await field.getAttribute("type")) === "date") {
      await this.day(field, value);
    } else {
      await this.page.keyboard.press("Control+A");
      await this.page.keyboard.insertText(value);
    }
    assert.equal(await field.inputValue(), value);
  }

  /** Types a day in the order in which the browser shows its parts. */
  async day(field, value) {
    const [year, month, day] = value.split("-");
    const order = await this.page.evaluate(() =>
      new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(new Date()).map((p) => p.type),
    );
    const digits = { year, month, day };
    const type = async (parts) => {
      for (const part of parts) if (part in digits) await this.page.keyboard.type(digits[part]);
    };
    await type(order);
    if ((await field.inputValue()) === value) return;
    for (let i = 0; i < 3; i++) await this.page.keyboard.press("ArrowLeft"); // the browser is of another country than its pages
    await type(["month", "day", "year"]);
  }

  async choose(label, option) {
    this.does(label);
    const field = this.field(label);
    await this.reach(field);
    const chosen = () => field.evaluate((s) => s.selectedOptions[0].label);
    await this.page.keyboard.press("Home");
    const many = await field.locator("option").count();
    for (let i = 1; i < many && (await chosen()) !== option; i++) await this.page.keyboard.press("ArrowDown");
    assert.equal(await chosen(), option);
  }

  async tick(label) {
    this.does(label);
    const box = this.field(label);
    const { type, name, checked } = await box.evaluate(({ type, name, checked }) => ({ type, name, checked }));
    if (checked) return;
    if (type === "radio") {
      await this.reach(this.page.locator(`input[name="${name}"]:checked`));
      for (let i = 0; i < 10 && !(await box.isChecked()); i++) await this.page.keyboard.press("ArrowDown");
    } else {
      await this.reach(box);
      await this.page.keyboard.press("Space");
    }
    assert.ok(await box.isChecked());
  }

  async upload(label, file) {
    this.does(label);
    await this.reach(this.field(label));
    const chooser = this.page.waitForEvent("filechooser");
    await this.page.keyboard.press("Enter");
    await (await chooser).setFiles(file);
  }

  async press(role, name, within) {
    this.does(name);
    await this.reach(this.thing(role, name, within));
    await this.leaves(() => this.page.keyboard.press("Enter"));
  }

  async hit(thing) {
    await this.reach(thing);
    await this.page.keyboard.press("Enter");
  }
}

/** How the tasks are done: by keyboard alone, and without script. */
export const ways = {
  "by keyboard": { options: {}, Person: Keys },
  "without script": { options: { javaScriptEnabled: false }, Person: Hands },
};

/** Fails unless the summary of what is wrong has the focus, and its links lead to the fields. */
export async function errorsHaveFocus(page) {
  const look = () => page.evaluate(() => {
    const e = document.activeElement;
    return { has: e?.matches(".errors, [data-refused]"), to: [...(e?.querySelectorAll("a") ?? [])].map((a) => a.hash.slice(1)) };
  });
  let at = await look();
  // A browser without script gives the focus when it first draws the page.
  for (let i = 0; i < 40 && !at.has; i++) {
    await page.waitForTimeout(50);
    at = await look();
  }
  assert.ok(at.has, `at ${page.url()} something else than the summary of errors has the focus`);
  for (const id of at.to) assert.equal(await page.locator(`[id="${id}"]`).count(), 1, `nothing is #${id}`);
}

/** Fails unless Tab visits all that can be operated once, in order, and comes out of the page again. */
export async function noTraps(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
  });
  const visited = new Set();
  for (let i = 0; i < 500; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      e.dataset.visited ??= String(document.querySelectorAll("[data-visited]").length);
      return { at: e.dataset.visited, parts: e.type === "date" || e.type === "file" };
    });
    if (!at) break;
    if (visited.has(at.at) && !at.parts && visited.size > 1 && at.at === "0") break;
    visited.add(at.at);
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && !(e.type === "radio" && !e.checked) && !("visited" in e.dataset))
      .map((e) => e.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(missed, [], `Tab does not reach all of ${page.url()}`);
}
