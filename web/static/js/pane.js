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

  // Where one is shows in the navigation, however long that is.
  document.querySelector(".nav-lists [aria-current]")?.scrollIntoView({ block: "nearest" });

  let wasWriting = false;
  document.addEventListener("htmx:before:request", (event) => {
    wasWriting = Boolean(event.target.closest?.("#composer"));
    document.body.classList.add("is-busy");
  });
  // Whoever left the box while their words were on the way is not put back into it: the next letter is a key.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") wasWriting = false;
  }, true);
  document.addEventListener("htmx:finally:request", () => document.body.classList.remove("is-busy"));
  document.addEventListener("htmx:after:swap", () => {
    markCurrent();
    // On a phone that would bring the keyboard back, over what was just sent.
    if (wasWriting && !matchMedia("(pointer: coarse)").matches) document.querySelector("#composer textarea")?.focus({ preventScroll: true });
    wasWriting = false;
  });

  // What did not work is said, where the words are safe; nothing that was typed goes away.
  const READ_IN = 12000;
  const toast = document.querySelector("[data-toast]");
  let timer;
  const hush = () => {
    clearTimeout(timer);
    for (const place of document.querySelectorAll("[data-toast], [data-refused]")) place.textContent = "";
  };
  const goAway = () => {
    if (toast.matches(":hover")) timer = setTimeout(goAway, READ_IN);
    else hush();
  };
  const fail = (source, why) => {
    const refused = source.querySelector?.("[data-refused]");
    if (refused) {
      refused.textContent = pageWord("not_sent", { why });
    } else if (toast) {
      toast.textContent = pageWord("not_done", { why });
      timer = setTimeout(goAway, READ_IN);
    }
  };
  // An answer that is late, because its words took their time or another ticket was opened since, changes nothing.
  document.addEventListener("htmx:before:swap", (event) => {
    if (!event.detail.ctx.sourceElement?.isConnected) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => fail(event.target, pageWord("no_connection")));
  document.addEventListener("htmx:before:response", (event) => {
    const { request, response, sourceElement } = event.detail.ctx;
    hush();
    if (request.headers["HX-Request-Type"] !== "partial") return;
    if (!sourceElement.isConnected) {
      event.preventDefault(); // another ticket was opened since: it stays open
      return;
    }
    const there = new URL(response.raw.url);
    const isTicket = there.pathname.startsWith("/t/");
    if (isTicket && (response.status < 400 || response.status === 422)) return;
    event.preventDefault();
    if (there.searchParams.has("given")) location.assign(there); // it is others' now, and out of sight: the list says so
    else if (!isTicket) location.reload(); // signed out meanwhile: the page itself leads to signing in
    else if (sourceElement.href) location.assign(sourceElement.href);
    else fail(sourceElement, `the server answered ${response.status}`);
  });
}
