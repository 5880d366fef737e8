// The palette: Ctrl-K jumps to a ticket, a person or a page, or does something; keys that ask for one of several use it, too.
{
  const dialog = document.getElementById("palette");
  const box = dialog?.querySelector("[data-palette]");
  const list = document.getElementById("palette-list");
  const TRAIL = "mailgate:trail";
  const MOST_SEEN = 8;

  const trail = () => {
    try {
      return JSON.parse(localStorage.getItem(TRAIL)) ?? [];
    } catch {
      return [];
    }
  };
  const remember = () => {
    const open = document.querySelector("[data-ticket]");
    const subject = document.getElementById("subject")?.textContent;
    if (!open || !subject) return;
    const url = open.dataset.ticket;
    try {
      const kept = [{ word: subject, about: url.slice(3), url }, ...trail().filter((one) => one.url !== url)];
      localStorage.setItem(TRAIL, JSON.stringify(kept.slice(0, MOST_SEEN)));
    } catch {
      // A browser that keeps nothing has no trail.
    }
  };

  let picking = null; // the field whose values are offered, instead of everything
  let found = {};
  let asking = null;
  const pages = () => [...document.querySelectorAll("#nav a.nav-item, #nav a.menu-item")].map((link) => ({ word: link.title || link.textContent.trim(), about: pageWord("page"), url: link.getAttribute("href") }));
  const acts = () => [...document.querySelectorAll("#keys [data-act]")].map((entry) => ({ word: entry.querySelector("dd").textContent, about: entry.dataset.act, act: entry.dataset.act }));
  const values = () => [...picking.options].map((option) => ({ word: option.textContent.trim(), about: option.selected ? pageWord("now") : "", value: option.value }));
  const offered = (asked) => {
    const fits = (one) => asked.toLowerCase().split(/\s+/).every((part) => one.word.toLowerCase().includes(part));
    if (picking) return values().filter(fits);
    if (!asked) return [...trail(), ...acts(), ...pages()];
    const onTicket = document.querySelector("[data-ticket]");
    const done = onTicket ? acts().filter(fits) : [];
    return [...(found.tickets ?? []), ...done, ...pages().filter(fits), ...(found.people ?? [])];
  };

  const select = (option) => {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) box.setAttribute("aria-activedescendant", option.id);
    else box.removeAttribute("aria-activedescendant");
  };
  const show = () => {
    const options = offered(box.value.trim()).slice(0, 40).map((one, place) => {
      const option = document.createElement("li");
      option.role = "option";
      option.id = `palette-${place}`;
      option.setAttribute("aria-selected", "false");
      const word = document.createElement("span");
      word.className = "cut";
      word.textContent = one.word;
      const about = document.createElement("span");
      about.className = "palette-about cut";
      about.textContent = one.about ?? "";
      option.append(word, about);
      option.choice = one;
      return option;
    });
    list.replaceChildren(...options);
    dialog.querySelector(".palette-none").hidden = options.length > 0;
    select(options[0]);
  };
  const ask = async () => {
    const asked = box.value.trim();
    asking?.abort();
    if (picking || asked.length < 2) {
      found = {};
      return;
    }
    asking = new AbortController();
    const answer = await fetch(`/palette?${new URLSearchParams({ q: asked })}`, { signal: asking.signal }).catch(() => null);
    if (!answer?.ok || answer.redirected || asked !== box.value.trim()) return;
    found = await answer.json();
    show();
  };
  const open = (field = null, title = "") => {
    picking = field;
    found = {};
    box.value = "";
    box.placeholder = title || box.getAttribute("aria-label");
    show();
    if (!dialog.open) dialog.showModal();
    box.focus();
  };
  const choose = (choice) => {
    const field = picking && document.getElementById(picking.id); // the pane may have been made anew meanwhile
    dialog.close();
    if (!choice || picking && !field) return;
    if (choice.value !== undefined) {
      field.value = choice.value;
      field.form.requestSubmit();
    } else if (choice.act) document.dispatchEvent(new CustomEvent("mailgate:act", { detail: choice.act }));
    else location.assign(choice.url);
  };

  if (dialog) {
    let wait;
    box.addEventListener("input", () => {
      show();
      clearTimeout(wait);
      wait = setTimeout(ask, 120);
    });
    box.addEventListener("keydown", (event) => {
      const now = list.querySelector("[aria-selected=true]");
      if (event.key === "ArrowDown") select(now?.nextElementSibling ?? list.firstElementChild);
      else if (event.key === "ArrowUp") select(now?.previousElementSibling ?? list.lastElementChild);
      else if (event.key === "Enter" && !event.isComposing) choose(now?.choice);
      else return;
      event.preventDefault();
    });
    list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")?.choice));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) open();
    });
    document.addEventListener("mailgate:pick", (event) => open(event.detail.field, event.detail.title));
    document.addEventListener("click", (event) => { if (event.target.closest?.("[data-open-palette]")) open(); });
    document.addEventListener("htmx:after:swap", remember);
    remember();
  }
}
