// Keys: j and k move through the list, u goes back, q unfolds, r, n and f write, T takes the next ticket, ! escalates, / searches, Ctrl-Enter sends.
{
  const fields = "input, textarea, select, [contenteditable], dialog";

  const move = (step) => {
    const links = [...document.querySelectorAll(".row-link")];
    if (!links.length) return false;
    const at = links.findIndex((link) => link === document.activeElement);
    const from = at >= 0 ? at : links.findIndex((link) => link.hasAttribute("aria-current"));
    const next = links[Math.max(0, Math.min(links.length - 1, from + step))] ?? links[0];
    next.focus({ preventScroll: true });
    next.closest(".row").scrollIntoView({ block: "nearest" });
    return true;
  };
  const unfold = () => {
    const folds = [...document.querySelectorAll(".message .fold:not(.fold-frame)")];
    const opens = folds.some((fold) => !fold.open);
    folds.forEach((fold) => { fold.open = opens; });
    return folds.length > 0;
  };
  const goBack = () => {
    const back = document.querySelector("[data-back]");
    if (back?.offsetParent) back.click();
    else document.querySelector(".row-link[aria-current]")?.focus();
    return Boolean(back);
  };
  const writeIn = (kind) => {
    const tab = document.getElementById(`write-${kind}`);
    if (tab) {
      tab.checked = true;
      document.querySelector(`.composer-${kind} textarea`).focus();
    }
    return Boolean(tab);
  };
  const search = () => {
    const box = document.getElementById("q");
    box?.focus();
    box?.select();
    return Boolean(box);
  };
  const takeNext = () => {
    const form = document.querySelector("[data-next]");
    form?.requestSubmit();
    return Boolean(form);
  };
  const openEscalation = () => {
    const form = document.getElementById("escalate");
    for (let menu = form?.closest("details"); menu; menu = menu.parentElement.closest("details")) menu.open = true;
    form?.querySelector("[name=reason]").focus();
    return Boolean(form);
  };
  const showNew = () => {
    const button = document.querySelector("[data-fresh]:not([hidden])");
    button?.click();
    return Boolean(button);
  };
  const keys = {
    j: () => move(1), k: () => move(-1), u: goBack, q: unfold,
    ".": showNew,
    r: () => writeIn("answer"), f: () => writeIn("forward"), n: () => writeIn("note"), "/": search,
    T: takeNext, "!": openEscalation,
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    const inField = event.target.closest?.(fields);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.(".composer-text")) {
      event.preventDefault();
      event.target.form.requestSubmit(event.target.form.querySelector("button:not([type])"));
      return;
    }
    if (event.key === "Escape" && event.target.matches?.(".composer-text")) event.target.blur();
    if (inField || event.ctrlKey || event.altKey || event.metaKey) return;
    if (keys[event.key]?.()) event.preventDefault();
  });

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
