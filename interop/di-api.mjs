// A client of the VC API of the program under test. Its certificate is
// self-signed, made at start and known to nobody: it is not checked. The
// address is on this machine.

import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

/** Opens the API at a base URL, such as https://127.0.0.1:8080/vc-api. */
export function open(base) {
  const { hostname } = new URL(base);
  if (!["127.0.0.1", "[::1]", "localhost"].includes(hostname)) throw new Error(`not on this machine: ${base}`);
  const agent = new Agent({ keepAlive: true, maxSockets: 8, rejectUnauthorized: false });

  /**
   * Posts JSON and gives status and answer. The documents here cost little: where the
   * time of an answer was up, the machine is busy, and the question is asked again.
   */
  const post = async (instance, path, body) => {
    let said = await send(instance, path, body);
    for (let again = 0; said.status >= 400 && said.answer.code === "resources" && again < 5; again++) {
      await pause(2_000);
      said = await send(instance, path, body);
    }
    return said;
  };

  const send = (instance, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(
        `${base}/${instance}/${path}`,
        { method: "POST", agent, headers: { "content-type": "application/json", accept: "application/json" } },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => (text += chunk));
          response.on("error", reject);
          response.on("end", () => {
            try {
              resolve({ status: response.statusCode, answer: JSON.parse(text) });
            } catch {
              reject(new Error(`${response.statusCode}, and no JSON: ${text.slice(0, 200)}`));
            }
          });
        },
      );
      call.on("error", reject);
      call.end(JSON.stringify(body));
    });

  const made = ({ status, answer }) => {
    if (status !== 201) throw new Error(`${status}: ${JSON.stringify(answer).slice(0, 600)}`);
    return answer.verifiableCredential;
  };

  return {
    /** Issues a credential; mandatoryPointers are for selective disclosure. */
    issue: async (instance, credential, mandatoryPointers) =>
      made(await post(instance, "credentials/issue", { credential, options: mandatoryPointers ? { mandatoryPointers } : {} })),

    /** Shows a part of a credential. */
    derive: async (instance, verifiableCredential, selectivePointers) =>
      made(await post(instance, "credentials/derive", { verifiableCredential, options: { selectivePointers } })),

    /** Tells whether a credential verifies, and if not why. */
    async verify(instance, verifiableCredential) {
      const { status, answer } = await post(instance, "credentials/verify", { verifiableCredential, options: {} });
      if ((status === 200) !== answer.verified || (status !== 200 && status !== 400)) {
        throw new Error(`status ${status} with ${JSON.stringify(answer).slice(0, 600)}`);
      }
      return { verified: answer.verified, reason: JSON.stringify(answer.problemDetails ?? []).slice(0, 600) };
    },

    close: () => agent.destroy(),
  };
}
