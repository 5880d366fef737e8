// Formatted letters as high as they are; new letters are counted, not inserted; chosen files are named.
"use strict";
{
  const fit = (frame) => {
    const page = frame.contentDocument?.documentElement;
    if (page && frame.offsetParent) frame.style.blockSize = `${Math.min(page.scrollHeight + 2, 20000)}px`;
  };
  const fitAll = () => document.querySelectorAll("[data-frame]").forEach(fit);
  const showNewest = () => {
    if (location.hash === "#newest") document.getElementById("newest")?.scrollIntoView({ block: "start" });
  };
  // `load` and `toggle` do not bubble, but they can be caught on their way down.
  document.addEventListener("load", (event) => {
    if (event.target.matches?.("[data-frame]")) {
      fit(event.target);
      showNewest();
    }
  }, true);
  document.addEventListener("toggle", fitAll, true);
  addEventListener("resize", fitAll);
  fitAll();
  showNewest();

  document.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    const names = [...event.target.files].map((file) => file.name).join(", ");
    event.target.form.querySelector("[data-chosen]").textContent = names || "Add files";
  });

  const { state, received } = document.body.dataset;
  const news = document.querySelector("[data-news]");
  const look = async () => {
    try {
      const answer = await fetch(state, { headers: { Accept: "application/json" } });
      const count = (await answer.json()).received - Number(received);
      news.hidden = count < 1;
      const words = count === 1 ? "1 new letter" : `${count} new letters`;
      if (news.firstChild.textContent !== words) news.firstChild.textContent = words;
    } catch {
      // The demo was stopped: it says nothing until it runs again.
    }
    setTimeout(look, 2000);
  };
  if (news) setTimeout(look, 2000);
  news?.addEventListener("click", (event) => {
    event.preventDefault();
    if (document.getElementById("newest")) location.hash = "newest";
    location.reload();
  });
}
