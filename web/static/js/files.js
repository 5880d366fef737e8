// Show which files were chosen, and say at once when they are too large.
{
  const megabyte = 1024 * 1024;
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.matches?.("[data-files]")) return;
    const files = [...input.files];
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const limit = Number(input.dataset.files);
    const tooLarge = total > limit ? pageWord("too_large", { size: Math.floor(limit / megabyte) }) : "";
    input.setCustomValidity(tooLarge);
    const chosen = input.form.querySelector("[data-chosen]");
    chosen.hidden = files.length === 0;
    chosen.textContent = tooLarge || files.map((file) => file.name).join(" · ");
  });
}
