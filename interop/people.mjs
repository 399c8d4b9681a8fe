// A browser with a passkey device, driven line by line by the Go tests of the
// pages of people. Each line is one step, each answer is where the page is now.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

import { accessible, fits } from "./browser/browser.mjs";

const [base] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.PROBATUM_CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"],
});
const context = await browser.newContext({ locale: "en-GB", viewport: { width: 390, height: 844 } });
context.setDefaultTimeout(60_000);
const page = await context.newPage();
const faults = [];
page.on("console", (m) => m.type() === "error" && !m.text().startsWith("Failed to load resource") && faults.push(m.text()));
page.on("pageerror", (e) => faults.push(e.message));

const devtools = await context.newCDPSession(page);
await devtools.send("WebAuthn.enable");
await devtools.send("WebAuthn.addVirtualAuthenticator", {
  options: {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
});

const steps = {
  open: ({ path }) => page.goto(new URL(path, base).href),
  fill: ({ label, value }) => page.getByLabel(label, { exact: false }).fill(value),
  // Both the button and the page after it, which a script may send for.
  click: async ({ name, to }) => {
    await page.getByRole("button", { name, exact: false }).first().click();
    if (to) await page.waitForURL(new URL(to, base).href);
  },
  follow: async ({ name }) => {
    await page.getByRole("link", { name, exact: false }).first().click();
    await page.waitForLoadState();
  },
  trouble: () => page.locator("[data-trouble]:visible").waitFor(),
  size: ({ width, height }) => page.setViewportSize({ width, height }),
  shot: ({ file }) => page.screenshot({ path: file, fullPage: true }),
  check: async () => {
    await accessible(page);
    await fits(page);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  try {
    await steps[step.do](step);
    const url = new URL(page.url());
    const text = await page.locator("main").innerText();
    console.log(JSON.stringify({ path: url.pathname + url.search, text, faults: faults.splice(0) }));
  } catch (err) {
    const text = await page.locator("body").innerText().catch(() => "");
    console.log(JSON.stringify({ error: `${err.message}\n${page.url()}\n${text.slice(0, 2000)}` }));
  }
}
await browser.close();
