// The list: ticks are counted, a range can be ticked, and the list is where it was when one comes back to it.
{
  const list = document.getElementById("list");
  const boxes = () => [...document.querySelectorAll(".row-tick > input")];
  const count = () => {
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    const words = document.querySelector("[data-ticked]");
    if (words) words.textContent = pageWord("ticked", { count: ticked, all: all.length });
    const every = document.querySelector("[data-tick-all]");
    if (every) {
      every.checked = ticked > 0 && ticked === all.length;
      every.indeterminate = ticked > 0 && ticked < all.length;
    }
  };

  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.matches?.(".row-tick > input") ? event.target : null;
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    count();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-tick-all]")) for (const box of boxes()) box.checked = event.target.checked;
    count();
  });
  document.addEventListener("mailgate:list", count);
  count();

  // A menu of many deeds closes by itself; Enter in its field adds the tag, and never resolves by accident.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "bulk-tag") return;
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("[value='tag:']"));
  });

  // After many were changed at once, the eye is where the first of them stood.
  const PLACE = "mailgate:row";
  document.addEventListener("submit", (event) => {
    const at = event.target.id === "bulk" ? boxes().findIndex((box) => box.checked) : -1;
    try {
      if (at >= 0) sessionStorage.setItem(PLACE, String(at));
    } catch {
      // A browser that keeps nothing begins at the top.
    }
  });
  const links = document.querySelectorAll(".row-link");
  try {
    const at = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    if (at !== null && links.length) links[Math.min(Number(at), links.length - 1)].focus();
  } catch {
    // As above.
  }

  if (list) {
    const key = `mailgate:place:${location.search}`;
    try {
      list.scrollTop = Number(sessionStorage.getItem(key)) || 0;
      addEventListener("pagehide", () => sessionStorage.setItem(key, String(list.scrollTop)));
    } catch {
      // A browser that keeps nothing starts at the top.
    }
  }
}
