// The bar over the box: puts the marks of Markdown around what is selected, and takes them away again.
{
  const AROUND = { bold: "**", italic: "*", code: "`" };
  const BEFORE = { list: () => "- ", numbers: (place) => `${place + 1}. `, quote: () => "> " };
  const KEYS = { b: "bold", i: "italic" };

  // As if it were typed: the browser's own undo takes it back, and the draft is kept.
  const write = (box, from, to, words, selected) => {
    box.focus({ preventScroll: true });
    box.setSelectionRange(from, to);
    if (!document.execCommand(words ? "insertText" : "delete", false, words)) {
      box.setRangeText(words);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
    box.setSelectionRange(from + selected[0], from + selected[1]);
  };

  const around = (box, mark) => {
    const { value, selectionStart: from, selectionEnd: to } = box;
    const words = value.slice(from, to);
    const size = mark.length;
    const isOpen = (at) => value.slice(at - size, at) === mark && value[at - size - 1] !== mark[0];
    const isClosed = (at) => value.slice(at, at + size) === mark && value[at + size] !== mark[0];
    if (isOpen(from) && isClosed(to)) write(box, from - size, to + size, words, [0, words.length]);
    else write(box, from, to, mark + words + mark, [size, size + words.length]);
  };

  const before = (box, mark) => {
    const { value, selectionStart, selectionEnd } = box;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const end = value.indexOf("\n", Math.max(from, selectionEnd - (selectionEnd > selectionStart)));
    const to = end < 0 ? value.length : end;
    const lines = value.slice(from, to).split("\n");
    const isMarked = lines.every((line, place) => line.startsWith(mark(place)));
    const words = lines.map((line, place) => (isMarked ? line.slice(mark(place).length) : mark(place) + line)).join("\n");
    write(box, from, to, words, lines.length > 1 ? [0, words.length] : [words.length, words.length]);
  };

  const link = (box) => {
    const { value, selectionStart: from, selectionEnd: to } = box;
    const words = value.slice(from, to);
    const isUrl = /^https?:\/\/\S+$/.test(words);
    const [name, url] = isUrl ? ["", words] : [words, "https://"];
    const at = isUrl || !words ? 1 : name.length + 3; // what is missing is selected
    write(box, from, to, `[${name}](${url})`, isUrl || !words ? [at, at] : [at, at + url.length]);
  };

  const format = (box, kind) => {
    if (AROUND[kind]) around(box, AROUND[kind]);
    else if (BEFORE[kind]) before(box, BEFORE[kind]);
    else link(box);
  };

  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("[data-format]")) event.preventDefault(); // what is selected stays so
  });
  document.addEventListener("click", (event) => {
    const kind = event.target.closest?.("[data-format]")?.dataset.format;
    const box = kind && [...document.querySelectorAll("#composer .composer-text")].find((one) => one.checkVisibility());
    if (box) format(box, kind);
  });
  document.addEventListener("keydown", (event) => {
    const kind = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key.toLowerCase()];
    if (!kind || !event.target.matches?.(".composer-text")) return;
    event.preventDefault();
    format(event.target, kind);
  });
}
