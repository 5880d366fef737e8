// The editor of a letter: its preview follows what is typed, variables are put in by a click, wrong ones are set right.
{
  const PAUSE = 300;
  const form = document.querySelector("[data-letter]");
  if (form) {
    const frames = document.querySelector("[data-frames]");
    const button = document.querySelector("[data-preview]");
    const place = document.querySelector("[data-place]");
    let number = 0;
    let timer;
    let lastBox = form.elements.text;
    let isChanged = false;

    // A frame that is new has no history, so that Back does not lead through every preview.
    const look = () => {
      clearTimeout(timer);
      const shown = frames.querySelector("iframe:not(.letter-frame-next)");
      frames.querySelectorAll(".letter-frame-next").forEach((late) => late.remove());
      const next = document.createElement("iframe");
      number += 1;
      Object.assign(next, { className: "letter-frame letter-frame-next", name: `preview-${number}`, title: shown.title });
      next.addEventListener("load", () => {
        const page = next.contentDocument;
        if (page?.URL === "about:blank") return;
        if (page && !page.querySelector(".preview-mail") && page.querySelector("[data-mistake]")) {
          next.remove(); // half a word is typed: what could be read last stays in view
          return;
        }
        const top = shown.contentWindow?.scrollY ?? 0;
        next.classList.remove("letter-frame-next");
        shown.remove();
        next.contentWindow.scrollTo(0, top);
      });
      frames.append(next);
      button.formTarget = next.name;
      form.requestSubmit(button);
    };
    const lookSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    };

    const put = (box, start, end, words) => {
      box.focus();
      box.setRangeText(words, start, end, "end");
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    // A variable is put behind the one its writer stands in, never into it.
    const behind = (box) => {
      const before = box.value.slice(0, box.selectionStart);
      const end = box.value.indexOf("}}", box.selectionStart);
      return end >= 0 && before.lastIndexOf("{{") > before.lastIndexOf("}}") ? end + 2 : null;
    };
    const fix = (field, name, nearest) => {
      const box = form.elements[field];
      const found = box && new RegExp(`\\b${name.replace(/\W/g, "\\$&")}\\b`).exec(box.value);
      if (found) put(box, found.index, found.index + name.length, nearest);
    };

    const tell = (page) => {
      const list = document.querySelector("[data-mistakes]");
      list.replaceChildren();
      page.querySelectorAll("[data-mistake]").forEach((mistake) => {
        const { field, name, nearest } = mistake.dataset;
        const line = document.createElement("p");
        const words = document.createElement("span");
        words.textContent = field === "text" ? mistake.textContent : `${field}: ${mistake.textContent}`;
        line.append(words);
        if (nearest) {
          const use = document.createElement("button");
          Object.assign(use, { type: "button", className: "button button-small", textContent: pageWord("use") });
          use.addEventListener("click", () => fix(field, name, nearest));
          line.append(use);
        }
        list.append(line);
      });
    };
    const fit = (page) => {
      const paper = page.querySelector(".preview-paper");
      const set = () => {
        const inside = paper.contentDocument?.documentElement;
        if (!inside) return;
        paper.style.blockSize = "0"; // a page is never lower than its frame
        paper.style.blockSize = `${Math.min(inside.scrollHeight + 4, 20000)}px`;
      };
      if (!paper) return;
      paper.addEventListener("load", set);
      set();
    };
    document.addEventListener("load", (event) => {
      const page = event.target.matches?.(".letter-frame") && event.target.contentDocument;
      if (!page || page.URL === "about:blank") return;
      tell(page);
      fit(page);
    }, true);
    const first = frames.querySelector("iframe").contentDocument;
    if (first?.readyState === "complete" && first.URL !== "about:blank") fit(first);

    form.addEventListener("focusin", (event) => {
      if (event.target.matches("[data-source]")) lastBox = event.target;
    });
    form.addEventListener("input", (event) => {
      if (!event.target.matches("[data-source]")) return;
      isChanged = true;
      lookSoon();
    });
    document.addEventListener("click", (event) => {
      const variable = event.target.closest?.("[data-variable]");
      if (!variable) return;
      const spot = behind(lastBox);
      put(lastBox, spot ?? lastBox.selectionStart, spot ?? lastBox.selectionEnd, `{{ ${variable.dataset.variable} }}`);
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === "look" || event.target.name === "number") look();
      if (event.target.closest?.("[data-place]")) place.requestSubmit();
    });
    document.querySelector("[data-test]").addEventListener("click", (event) => {
      event.currentTarget.formTarget = frames.querySelector("iframe:not(.letter-frame-next)").name;
    });
    form.addEventListener("submit", (event) => {
      if (!event.submitter?.formTarget) isChanged = false;
    });
    addEventListener("beforeunload", (event) => {
      if (isChanged) event.preventDefault();
    });
    place.querySelector("[data-show]").hidden = true;
    button.hidden = true;
  }
}
