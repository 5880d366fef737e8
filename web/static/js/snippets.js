// Put canned replies into an answer where the hand is: by `;shortcut` and a space, or by name.
{
  const TYPED = /(^|\s);([a-z0-9][a-z0-9_-]{0,29})\s$/i;

  const ask = async (form, reply) => {
    const sent = new URLSearchParams({ csrf: form.elements.csrf.value, reply });
    const url = form.querySelector("[data-canned]").dataset.canned;
    const answer = await fetch(url, { method: "POST", body: sent });
    return answer.ok ? answer.text() : null;
  };
  const put = (box, text, from, to) => {
    box.setRangeText(text, from, to, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  document.addEventListener("input", async (event) => {
    const box = event.target;
    if (event.isComposing || event.inputType === "insertReplacementText" || !box.matches?.(".composer-answer textarea")) return;
    const at = box.selectionStart;
    const typed = TYPED.exec(box.value.slice(0, at));
    if (!typed) return;
    const written = typed[0].slice(typed[1].length);
    const text = await ask(box.form, written.trim());
    const from = text === null ? -1 : box.value.lastIndexOf(written, at);
    if (from >= 0) put(box, text, from, from + written.length);
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-canned]");
    if (!button) return;
    event.preventDefault();
    const { form } = button;
    const text = await ask(form, form.elements.reply.value);
    if (text === null) {
      form.elements.reply.focus();
      return;
    }
    const box = form.elements.body;
    const before = box.value.slice(0, box.selectionStart);
    put(box, (before && !/\n\s*$/.test(before) ? "\n\n" : "") + text, box.selectionStart, box.selectionEnd);
    form.elements.reply.value = "";
  });
}
