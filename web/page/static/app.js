// What the signed-in pages can do better with script. Everything works without.

document.documentElement.classList.add("script");

// The summary of what is wrong with a form is read out and can be left at once.
function focusErrors() {
  document.querySelector("[data-focus]")?.focus();
}
focusErrors();
document.addEventListener("htmx:after:swap", focusErrors);

// A code is copied by its button; the button says that it was.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const code = document.getElementById(button.dataset.copy);
  if (!code) return;
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection()?.selectAllChildren(code); // where the clipboard is closed, it is selected
    return;
  }
  const words = button.firstChild;
  const before = words.textContent;
  if (before === button.dataset.done) return;
  words.textContent = button.dataset.done;
  setTimeout(() => (words.textContent = before), 2500);
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
