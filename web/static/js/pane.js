// Open a ticket beside the list when there is room; otherwise a link is a link.
{
  const pane = document.getElementById("pane");
  const hasPane = () => Boolean(pane && document.querySelector("[data-rows]") && pane.offsetParent);

  // Without a visible pane the click never reaches htmx, and the browser follows the link.
  document.addEventListener("click", (event) => {
    if (event.target.closest?.(".row-link") && !hasPane()) event.stopPropagation();
  }, true);

  const markCurrent = () => {
    for (const link of document.querySelectorAll(".row-link")) {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  document.addEventListener("htmx:after:history:update", markCurrent);

  // Back from a ticket's own page to the list needs the list: only a page that has both can swap its pane.
  document.addEventListener("htmx:before:history:restore", (event) => {
    if (!hasPane()) {
      event.preventDefault();
      location.reload();
    }
  });

  let wasWriting = false;
  document.addEventListener("htmx:before:request", (event) => {
    wasWriting = Boolean(event.target.closest?.("#composer"));
    document.body.classList.add("is-busy");
  });
  document.addEventListener("htmx:finally:request", () => document.body.classList.remove("is-busy"));
  document.addEventListener("htmx:after:swap", () => {
    markCurrent();
    if (wasWriting) document.querySelector("#composer textarea")?.focus({ preventScroll: true });
    wasWriting = false;
  });

  // A lost connection is said, and nothing is thrown away.
  document.addEventListener("htmx:error", (event) => {
    const form = event.target.closest?.("form");
    const saved = form?.querySelector("[data-draft-state]");
    if (saved) saved.textContent = "Not sent: no connection. Your text is kept here.";
    else if (event.target.href) location.assign(event.target.href);
  });
}
