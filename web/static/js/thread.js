// The thread: newest words in view, formatted mails as high as they are.
{
  const showNewest = () => {
    const thread = document.querySelector("[data-thread]");
    const last = thread && [...thread.querySelectorAll("article:has(> .letter[open])")].pop();
    if (!last || location.hash) return;
    last.scrollIntoView({ block: "start" });
  };

  const fit = (frame) => {
    const page = frame.contentDocument?.documentElement;
    if (page && frame.offsetParent) frame.style.blockSize = `${Math.min(page.scrollHeight + 4, 20000)}px`;
  };
  // `load` does not bubble, but it can be caught on its way down.
  document.addEventListener("load", (event) => {
    if (event.target.matches?.("[data-frame]")) fit(event.target);
  }, true);

  // The empty box closes when it loses the focus, but never between pressing and letting go: what is meant would move away.
  const LET_GO = 400;
  document.addEventListener("pointerdown", (event) => {
    const box = document.querySelector(".composer:focus-within");
    if (!box || box.contains(event.target)) return;
    const letGo = () => setTimeout(() => box.classList.remove("is-held"), LET_GO);
    box.classList.add("is-held");
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, letGo, { once: true });
  });

  // Nor does it open in between: Note is chosen where it was pressed, and then one can write.
  const KEYS = { "write-answer": "r", "write-note": "n", "write-forward": "f" };
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.(".composer-tab")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const key = event.detail > 0 && event.target.closest?.(".composer-tab") && KEYS[event.target.id];
    if (key) document.dispatchEvent(new CustomEvent("mailgate:act", { detail: key }));
  });

  // Remote pictures come when they are asked for, into the same frame.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-remote]");
    if (!link) return;
    event.preventDefault();
    link.closest(".fold-frame").querySelector("[data-frame]").src = link.href;
    link.closest(".remote").remove();
  });

  // Back leads to the list one came from, with its view, filters and page.
  const back = document.querySelector("[data-back]");
  const from = document.referrer && new URL(document.referrer);
  if (back && from && from.origin === location.origin && from.pathname === "/") back.href = from.href;

  // A ticket is read once it has been looked at for a second; its line in the list says so at once.
  const SEEN_IN = 1000;
  let timer;
  const noteReading = () => {
    clearTimeout(timer);
    const ticket = document.querySelector("[data-ticket][data-unread]");
    if (!ticket) return;
    timer = setTimeout(async () => {
      if (document.hidden || !ticket.isConnected) return;
      const body = new URLSearchParams({ csrf: ticket.querySelector("[name=csrf]").value });
      const answer = await fetch(`${ticket.dataset.ticket}/reading`, { method: "POST", body }).catch(() => null);
      if (!answer?.ok) return;
      delete ticket.dataset.unread;
      const row = document.querySelector(".row-link[aria-current]")?.closest(".row-unread");
      row?.querySelector(".row-link .hidden-text").remove();
      row?.classList.remove("row-unread");
    }, SEEN_IN);
  };

  const look = () => {
    if (!document.getElementById("pane")?.dataset.quiet) showNewest(); // else it only follows what happens
    noteReading();
  };
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("visibilitychange", noteReading);
  look();
  if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus();
}
