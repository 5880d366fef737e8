// Keep what is being written until the server has it, or its writer signs out.
{
  const PREFIX = "mailgate:draft:";
  const TRAIL = "mailgate:trail"; // tickets that were looked at, for the palette
  const PAUSE = 800;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const timers = new WeakMap();

  const keyOf = (box) => PREFIX + box.dataset.draft;
  const read = (box) => {
    try {
      return JSON.parse(localStorage.getItem(keyOf(box)));
    } catch {
      return null;
    }
  };
  const write = (box, draft) => {
    try {
      if (draft) localStorage.setItem(keyOf(box), JSON.stringify(draft));
      else localStorage.removeItem(keyOf(box));
      return true;
    } catch {
      return false;
    }
  };
  const say = (box, words) => {
    const state = box.form.querySelector("[data-draft-state]");
    if (state) state.textContent = words;
  };

  const keep = (box, sentAs) => {
    clearTimeout(timers.get(box));
    if (!box.value.trim()) {
      write(box, null);
      say(box, "");
    } else if (write(box, { text: box.value, sentAs })) {
      say(box, pageWord("draft_saved", { time: clock.format(new Date()) }));
    }
  };

  // The same words sent again carry the same once-only key, so that they arrive once; other words carry a new one.
  const markSent = (box, key) => {
    box.form.elements.once.value = key;
    box.dataset.sent = "yes";
  };
  const markChanged = (box) => {
    if (!box.dataset.sent) return;
    delete box.dataset.sent;
    const random = crypto.getRandomValues(new Uint8Array(16));
    box.form.elements.once.value = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  // A letter that was on its way when the page went is recognised by its once-only key: it is in the thread, or it is not.
  const restore = (box) => {
    const draft = read(box);
    if (!draft || box.dataset.drafted) return;
    box.dataset.drafted = "yes";
    if (draft.sentAs && document.querySelector(`[data-once="${CSS.escape(draft.sentAs)}"]`)) {
      write(box, null);
    } else if (!box.value) {
      box.value = draft.text;
      if (draft.sentAs) markSent(box, draft.sentAs);
      say(box, pageWord("draft_found"));
    }
  };
  const restoreAll = () => document.querySelectorAll("[data-draft]").forEach(restore);

  document.addEventListener("input", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-draft]")) return;
    markChanged(box);
    clearTimeout(timers.get(box));
    timers.set(box, setTimeout(keep, PAUSE, box));
  });
  document.addEventListener("focusout", (event) => {
    const box = event.target;
    if (!box.matches?.("[data-draft]")) return;
    const draft = read(box);
    if (draft?.text !== box.value) keep(box);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const box = form.querySelector("[data-draft]");
    if (box) {
      keep(box, form.elements.once.value);
      markSent(box, form.elements.once.value);
    }
    if (form.matches("[data-forget]")) {
      Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) || key === TRAIL).forEach((key) => localStorage.removeItem(key));
    }
  }, true);
  document.addEventListener("htmx:after:swap", restoreAll);
  restoreAll();
}
