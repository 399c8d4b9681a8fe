// Runs the program under test, which PROBATUM_BINARY names, from outside.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const startTime = 120_000; // ms, on a machine busy with other tests
const stopTime = 10_000;

export const binary = process.env.PROBATUM_BINARY ?? "";

/** Whether a check that cannot run is a failure: continuous integration says so. */
export const required = process.env.PROBATUM_REQUIRE === "1";

/**
 * Ends a test that cannot run here, with the reason; where everything is
 * required it fails instead.
 */
export function skip(t, reason) {
  if (required) throw new Error(`required, but ${reason}`);
  t.skip(reason);
}

/** Makes an empty folder that is removed when the process is done with it. */
export async function scratch() {
  const dir = await mkdtemp(join(tmpdir(), "probatum-"));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/**
 * Starts `probatum demo` in a data folder and waits for the one line of JSON
 * that says it is ready. Gives that answer, all that was logged, and stop().
 */
export async function demo(data, ...flags) {
  const program = await start(["demo", "--json", "--addr", "127.0.0.1:0", "--data", data, ...flags], () => true);
  return { ...program, answer: JSON.parse(program.said[0]) };
}

/**
 * Starts `probatum serve` as a new server in a data folder, at a free port of
 * localhost, and waits until it has said the link that sets its first body up.
 */
export async function serve(data, ...flags) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const link = (line) => line.match(/^\s*(http:\S+\/setup\/\S+)$/)?.[1];
  const program = await start(["serve", "--create", "--lang", "en", "--data", data, "--addr", `127.0.0.1:${port}`, "--public-url", url, ...flags], link);
  return { ...program, url, setUp: link(program.said.at(-1)) };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the program and waits until it has said a line that is the last. */
async function start(args, last) {
  if (!binary) throw new Error("PROBATUM_BINARY names no program: run make test-npm or make test-browser");
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  const logged = [];
  createInterface({ input: child.stderr }).on("line", (line) => logged.push(line));
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const said = [];
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      if (last(line)) resolve();
    });
  });

  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it said nothing for ${startTime} ms:\n${logged.join("\n")}`)), startTime);
  });
  const early = ended.then(async ({ code, signal }) => {
    if (said.some(last)) return;
    throw new Error(`it ended (${signal ?? code}) and said nothing:\n${logged.join("\n")}`);
  });
  try {
    await Promise.race([ready, early, late]);
    return {
      said,
      logged,
      ended,
      /** Asks the program to stop and gives its exit code and signal. */
      async stop() {
        child.kill("SIGTERM");
        const hard = setTimeout(() => child.kill("SIGKILL"), stopTime);
        const end = await ended;
        clearTimeout(hard);
        return end;
      },
    };
  } catch (err) {
    child.kill("SIGKILL");
    throw err;
  } finally {
    clearTimeout(timer);
  }
}
