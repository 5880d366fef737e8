// The words scripts show: they come with the page, in its language. `pageWord("draft_saved", { time: "10:27" })`.
{
  const known = JSON.parse(document.querySelector("meta[name=words]")?.content ?? "{}");
  window.pageWord = (key, values = {}) => (known[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
