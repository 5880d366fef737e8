// Keys: everything an agent does often has one; `?` lists them (parts/keys.html). None fires while somebody writes.
{
  const fields = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]";
  const one = (selector) => document.querySelector(selector);
  const links = () => [...document.querySelectorAll(".row-link")];
  const row = () => (document.activeElement.closest?.(".row") ?? one(".row:has([aria-current])"));

  const press = (selector) => {
    const button = one(selector);
    button?.click();
    return Boolean(button);
  };
  const focusOn = (selector) => {
    const field = one(selector);
    const drawer = field?.closest("[popover]");
    if (drawer && !field.checkVisibility()) drawer.showPopover();
    for (let menu = field?.closest("details"); menu; menu = menu.parentElement.closest("details")) menu.open = true;
    field?.focus();
    field?.select?.();
    return Boolean(field);
  };
  const pick = (selector, title) => {
    const field = one(selector);
    if (field) document.dispatchEvent(new CustomEvent("mailgate:pick", { detail: { field, title } }));
    return Boolean(field);
  };

  const move = (step) => {
    const all = links();
    if (!all.length) return false;
    const focused = all.findIndex((link) => link.closest(".row") === document.activeElement.closest(".row"));
    const from = focused >= 0 ? focused : all.findIndex((link) => link.hasAttribute("aria-current"));
    const next = all[Math.max(0, Math.min(all.length - 1, from + step))] ?? all[0];
    next.focus({ preventScroll: true });
    next.closest(".row").scrollIntoView({ block: "nearest" });
    return true;
  };
  const read = (step) => {
    const all = [...document.querySelectorAll("article.message")].filter((message) => message.checkVisibility());
    const at = all.indexOf(document.activeElement.closest?.("article.message"));
    const next = all[at < 0 ? all.length - 1 : Math.max(0, Math.min(all.length - 1, at + step))];
    if (!next) return false;
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const unfold = () => {
    const folds = [...document.querySelectorAll(".message .fold:not(.fold-frame)")];
    const opens = folds.some((fold) => !fold.open);
    folds.forEach((fold) => { fold.open = opens; });
    return folds.length > 0;
  };
  const goBack = () => {
    const back = one("[data-back]");
    if (back?.offsetParent) back.click();
    else one(".row-link[aria-current]")?.focus();
    return Boolean(back);
  };
  const writeIn = (kind) => {
    const tab = document.getElementById(`write-${kind}`);
    if (tab) {
      tab.checked = true;
      one(`.composer-${kind} textarea`).focus();
    }
    return Boolean(tab);
  };
  const tick = (shiftKey) => {
    const box = row()?.querySelector(".row-tick > input");
    box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
    return Boolean(box);
  };
  // What is ticked goes first; then the ticket that is open; then the line one stands on.
  const resolve = () => {
    const bulk = "#bulk button[value='status:resolved']";
    if (one(".row-tick > :checked")) return press(bulk);
    if (one("[data-ticket]")) return press(".ticket-action button[name=status][value=resolved]");
    return tick(false) && press(bulk);
  };
  const takeNext = () => {
    const form = one("[data-next]");
    form?.requestSubmit();
    return Boolean(form);
  };
  const go = (url) => press(`#nav a[href="${url}"]`);
  const PLACES = {
    i: "/?view=mine", u: "/?view=unassigned", t: "/?view=teams", a: "/?view=all", w: "/?view=pending", s: "/?view=snoozed",
    r: "/?view=risk", d: "/?view=resolved", c: "/?view=closed", h: "/admin/shelf",
  };
  const goSaved = (number) => {
    const link = document.querySelectorAll("[aria-labelledby=own-views] a")[number - 1];
    link?.click();
    return Boolean(link);
  };
  const showKeys = () => {
    const dialog = document.getElementById("keys");
    dialog?.showModal();
    return Boolean(dialog);
  };

  let goes = 0; // until when a letter after g names a place
  const keys = {
    j: () => move(1), k: () => move(-1), J: () => read(1), K: () => read(-1), u: goBack, q: unfold,
    x: () => tick(false), X: () => tick(true), "*": () => press("[data-tick-all]"), ".": () => press("[data-fresh]:not([hidden])"),
    r: () => writeIn("answer"), f: () => writeIn("forward"), n: () => writeIn("note"), "/": () => focusOn("#q"),
    t: () => press(".ticket-action button[name=assignee][value=me]"), T: takeNext, e: resolve, z: () => press(".leaving button"),
    a: () => pick("#fact-assignee", pageWord("assign")), s: () => pick("#fact-status", pageWord("status")), p: () => pick("#fact-priority", pageWord("priority")),
    l: () => focusOn("#fact-tags"), b: () => focusOn("#snooze button"), m: () => focusOn("#merge-into"), "!": () => focusOn("#escalate [name=reason]"),
    "?": showKeys,
    g: () => {
      goes = Date.now() + 1500;
      return true;
    },
  };
  const run = (key) => {
    if (Date.now() >= goes) return keys[key]?.();
    goes = 0;
    return PLACES[key] ? go(PLACES[key]) : /^[1-9]$/.test(key) && goSaved(Number(key));
  };
  const isOn = () => {
    try {
      return localStorage.getItem("mailgate:keys") !== "off";
    } catch {
      return true;
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.(".composer-text")) {
      event.preventDefault();
      event.target.form.requestSubmit(event.target.form.querySelector("button:not([type])"));
      return;
    }
    if (event.key === "Escape" && event.target.matches?.(".composer-text")) event.target.blur();
    if (event.target.closest?.(fields) || event.ctrlKey || event.altKey || event.metaKey || !isOn()) return;
    if (run(event.key)) event.preventDefault();
  });
  document.addEventListener("mailgate:act", (event) => run(event.detail));

  const letters = one("[data-letters]");
  if (letters) {
    letters.checked = isOn();
    letters.addEventListener("change", () => {
      try {
        localStorage.setItem("mailgate:keys", letters.checked ? "on" : "off");
      } catch {
        // A browser that keeps nothing has them on.
      }
    });
  }

  // An open menu closes when the eye goes elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
