// A browser that reaches this machine only, and what is asked of every page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 level AA, and what axe-core calls good practice. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Starts the browser that PROBATUM_CHROMIUM names. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.PROBATUM_CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", // continuous integration runs as root
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
}

/**
 * The pages that may set a cookie, and the cookies that they may set: that of the
 * session, which ends with the browser, and that of the look, which is no secret.
 */
const withSession = /^\/(sign-in|sign-up|sign-out|setup|invite|claim|recover|confirm|start|notices|settings|me|b)(\/|$)/;
const sessionCookies = /^(?:probatum=[^;]*; Path=\/|probatum-look=[^;]*; Path=\/; Max-Age=\d+|probatum=; Path=\/; Expires=[^;]*; Max-Age=0); HttpOnly; SameSite=Lax$/;

/**
 * Opens a page that remembers everything a good page does not do: errors,
 * failed requests, requests to other machines, cookies that are set. On pages of
 * people who sign in, the cookie of the session is right and all others wrong.
 */
export async function open(browser, { host = "127.0.0.1", ...options } = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 844 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  // Whoever waits for a file dialogue is too late to divert it: be there early.
  page.on("filechooser", () => {});
  const faults = [];
  const documents = new Set();
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    // The browser notes it as an error when the page itself is a 404 or the like.
    if (documents.has(message.location().url) && message.text().startsWith("Failed to load resource")) return;
    faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (err) => faults.push(`script error: ${err.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.hostname !== host) faults.push(`request to ${url.origin}`);
    if (request.isNavigationRequest()) documents.add(request.url());
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Aborted: the page was left while its icon was still on the way.
    if (why !== "net::ERR_ABORTED") faults.push(`failed: ${request.url()}: ${why}`);
  });
  page.on("response", async (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      faults.push(`${response.status()}: ${response.url()}`);
    }
    const { pathname } = new URL(response.url());
    for (const { name, value } of await response.headersArray().catch(() => [])) {
      if (name.toLowerCase() !== "set-cookie") continue;
      if (!withSession.test(pathname) || !sessionCookies.test(value)) faults.push(`cookie set by ${response.url()}: ${value.replace(/=[^;]*/, "=…")}`);
    }
  });
  return {
    page,
    /** Forgets what happened so far and gives it. */
    takeFaults: () => faults.splice(0),
    close: () => context.close(),
  };
}

/** Fails when the page in front breaks an accessibility rule. */
export async function accessible(page) {
  const violations = await page.evaluate(
    async ({ source, tags }) => {
      // Evaluated from outside: the pages' own policy allows no script.
      if (!("axe" in window)) new Function(source)();
      const result = await window.axe.run(document, {
        runOnly: { type: "tag", values: tags },
        resultTypes: ["violations"],
      });
      return result.violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n` + v.nodes.map((n) => `    ${n.target} ${n.html.slice(0, 160)}\n      ${n.failureSummary}`).join("\n"));
    },
    { source: axe, tags: rules },
  );
  assert.equal(violations.length, 0, `accessibility rules broken at ${page.url()}:\n${violations.join("\n")}`);
}

/** Fails when the page scrolls sideways at the width it has. */
export async function fits(page) {
  const { width, content, wide } = await page.evaluate(() => {
    const root = document.scrollingElement;
    const wide = [...document.querySelectorAll("body *")]
      .filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1)
      .slice(0, 5)
      .map((e) => e.outerHTML.slice(0, 120));
    return { width: root.clientWidth, content: root.scrollWidth, wide };
  });
  assert.ok(content <= width, `${page.url()} is ${content} px wide in ${width} px:\n${wide.join("\n")}`);
}

/**
 * Fails when what every page must have is missing. Signed-in pages load files of
 * ours as scripts; public pages have none. Only pages of the demo say DEMO.
 */
export async function wellFormed(page, lang, { scripts = false, demo = true } = {}) {
  const found = await page.evaluate((scripts) => ({
    lang: document.documentElement.lang,
    title: document.title.trim(),
    headings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    scripts: [...document.scripts].filter((s) => !scripts || s.textContent || new URL(s.src).origin !== location.origin).length,
    handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    styled: document.querySelectorAll("style, [style]").length,
    demo: /D[EÉ]MO/.test(document.body.innerText),
    overlay: [...document.querySelectorAll("body *")].filter((e) => e.textContent.includes("%!") || e.textContent.includes("<no value>")).length,
  }), scripts);
  assert.notEqual(found.title, "", "the page has no title");
  const { title, demo: says, ...rest } = found;
  assert.ok(says || !demo, `${page.url()} does not say DEMO`);
  assert.deepEqual(rest, { lang, headings: 1, mains: 1, scripts: 0, handlers: 0, styled: 0, overlay: 0 }, `at ${page.url()}`);
}

/** Presses Tab until an element that matches has the focus, and that can be seen. */
export async function tabTo(page, selector, limit = 60) {
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((wanted) => {
      const e = document.activeElement;
      if (!e?.matches(wanted)) return null;
      const s = getComputedStyle(e);
      return { visible: (s.outlineStyle !== "none" && s.outlineWidth !== "0px") || s.boxShadow !== "none" };
    }, selector);
    if (at) {
      assert.ok(at.visible, `the focus on ${selector} cannot be seen`);
      return;
    }
  }
  assert.fail(`Tab never reached ${selector} at ${page.url()}`);
}

/** The title "name", made fit for a file name. */
export const slug = (text) => text.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "") || "home";
