// The thread: newest words in view, formatted mails as high as they are.
{
  const showNewest = () => {
    const thread = document.querySelector("[data-thread]");
    const last = thread && [...thread.querySelectorAll("article")].pop();
    if (!last || location.hash) return;
    const fits = last.offsetHeight < thread.clientHeight;
    last.scrollIntoView({ block: fits ? "end" : "start" });
  };

  const fit = (frame) => {
    const page = frame.contentDocument?.documentElement;
    if (page && frame.offsetParent) frame.style.blockSize = `${Math.min(page.scrollHeight + 4, 20000)}px`;
  };
  // `load` does not bubble, but it can be caught on its way down.
  document.addEventListener("load", (event) => {
    if (event.target.matches?.("[data-frame]")) fit(event.target);
  }, true);

  document.addEventListener("htmx:after:swap", showNewest);
  showNewest();
  document.querySelector("[data-focus]")?.focus();
}
