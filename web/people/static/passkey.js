// Asks the browser for a passkey, or to make one, and sends its answer with the
// form. Nothing of it is kept here.

const toBytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};
const toText = (bytes) =>
  bytes
    ? btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "")
    : undefined;

const named = (list) => (list ?? []).map((c) => ({ ...c, id: toBytes(c.id) }));

async function ask(mode, options) {
  const o = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) };
  if (mode === "create") {
    o.user = { ...o.user, id: toBytes(o.user.id) };
    o.excludeCredentials = named(o.excludeCredentials);
    return navigator.credentials.create({ publicKey: o });
  }
  o.allowCredentials = named(o.allowCredentials);
  return navigator.credentials.get({ publicKey: o });
}

function answer(c) {
  const r = c.response;
  const response = { clientDataJSON: toText(r.clientDataJSON) };
  if (r.attestationObject) {
    response.attestationObject = toText(r.attestationObject);
    response.transports = r.getTransports?.() ?? [];
  } else {
    response.authenticatorData = toText(r.authenticatorData);
    response.signature = toText(r.signature);
    if (r.userHandle) response.userHandle = toText(r.userHandle);
  }
  return {
    id: c.id,
    rawId: toText(c.rawId),
    type: c.type,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response,
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector("[data-trouble]");
  const button = form.querySelector("button[data-passkey-button]");
  if (!trouble || !button) continue;
  const say = (text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
    button.disabled = false;
    if (text) trouble.focus();
  };
  if (!window.PublicKeyCredential) {
    say(trouble.dataset.unable);
    button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    if (event.submitter && event.submitter !== button) return; // a provider
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      const begun = await fetch(form.dataset.begin, {
        method: "POST",
        body: new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === "string")),
      });
      const told = await begun.json().catch(() => ({}));
      if (!begun.ok) {
        // Faults of fields: the server shows them where they are.
        if (told.errors?.length) form.submit();
        else say(told.detail ?? trouble.dataset.failed);
        return;
      }
      const credential = await ask(form.dataset.passkey, told);
      form.elements.answer.value = JSON.stringify(answer(credential));
      form.submit();
    } catch (error) {
      say(error?.name === "InvalidStateError" ? trouble.dataset.twice : trouble.dataset.failed);
    }
  });
}
