// Live: one stream a page tells what happened. Lines change where they stand, new ones are counted, the open ticket follows.
{
  if (document.querySelector(".desk") && window.EventSource) {
    const HIDDEN_FOR = 30000; // then one is not "at" the ticket any more
    const COME_BACK = 60000;
    const list = document.getElementById("list");
    const pane = document.getElementById("pane");
    const fresh = new Map(); // tickets that belong to the list, and are not shown
    let unseen = 0;
    let source = null;
    let page = null; // the stream's name for this page
    let said = ""; // where we told that we are
    let others = [];

    const ticket = () => document.querySelector("[data-ticket]");
    const rowOf = (number) => document.getElementById(`row-${number}`);
    const parse = (html) => new DOMParser().parseFromString(html, "text/html");

    // The title tells how much came while nobody looked.
    const badge = () => {
      const plain = document.title.replace(/^\(\d+\) /, "");
      document.title = unseen ? `(${unseen}) ${plain}` : plain;
    };
    const notify = (one) => {
      unseen += 1;
      badge();
      let wanted;
      try {
        wanted = localStorage.getItem("mailgate:notify") === "yes" && Notification.permission === "granted";
      } catch {
        return;
      }
      if (!wanted) return;
      const shown = new Notification(one.who, { body: one.subject, tag: one.number });
      shown.onclick = () => {
        window.focus();
        location.assign(`/t/${one.number}`);
      };
    };

    // A line is filled anew where it stands: ticks, focus and what is open stay.
    const fill = (row, html) => {
      const made = parse(html).querySelector(".row");
      for (const part of [".row-name", ".row-link", ".row-side"]) row.querySelector(part).innerHTML = made.querySelector(part).innerHTML;
      row.className = made.className;
    };
    const showFresh = () => {
      const button = document.querySelector("[data-fresh]");
      if (!button) return;
      button.hidden = fresh.size === 0;
      button.textContent = pageWord("fresh", { count: fresh.size });
    };
    const listPage = async () => {
      const answer = await fetch(`/?${list.dataset.query}`).catch(() => null);
      return answer?.ok && !answer.redirected ? parse(await answer.text()) : null;
    };
    const showNew = async () => {
      const made = await listPage();
      if (!made) return;
      const ticked = new Set([...list.querySelectorAll(".row-tick > :checked")].map((box) => box.value));
      const hadFocus = document.activeElement?.matches("[data-fresh]");
      for (const part of ["#list", ".inbox-total", "#nav > ul"]) {
        const here = document.querySelector(part);
        const there = made.querySelector(part);
        if (here && there) here.innerHTML = there.innerHTML;
      }
      for (const box of list.querySelectorAll(".row-tick > input")) box.checked = ticked.has(box.value);
      fresh.clear();
      showFresh();
      htmx.process(list);
      list.scrollTop = 0;
      document.dispatchEvent(new Event("mailgate:list"));
      if (hadFocus) list.querySelector(".row-link")?.focus();
    };
    // After the stream was cut nobody knows what was missed, so the list is compared with what it would be now.
    const catchUp = async () => {
      refreshTicket();
      if (!list?.dataset.query) return;
      const made = await listPage();
      for (const row of made?.querySelectorAll(".row") ?? []) {
        const here = document.getElementById(row.id);
        if (here) fill(here, row.outerHTML);
        else if (!new URLSearchParams(location.search).has("cursor")) fresh.set(row.id, true);
      }
      showFresh();
    };

    document.addEventListener("mailgate:turned", catchUp);

    // The open ticket: its pane is made again, but for the box one writes in; nothing moves, what is new is pointed at.
    let isRefreshing = false;
    let isStale = false; // something else happened while it was asked for
    const refreshTicket = async () => {
      isStale = true;
      if (isRefreshing) return;
      isRefreshing = true;
      while (isStale) {
        isStale = false;
        await refreshOnce().catch(() => {}); // no connection: the stream tells when it is back
      }
      isRefreshing = false;
    };
    const refreshOnce = async () => {
      const open = ticket();
      if (!open || !pane?.contains(open)) return;
      const address = open.dataset.ticket;
      const answer = await fetch(address, { headers: { "HX-Request-Type": "partial" } });
      const text = await answer.text();
      // Another ticket may have been opened meanwhile: nothing is waited for between this look and the swap.
      if (!answer.ok || answer.redirected || ticket()?.dataset.ticket !== address || document.querySelector(".htmx-request")) return;
      const before = new Set([...pane.querySelectorAll("article.message")].map((one) => one.id));
      pane.dataset.quiet = "yes";
      await htmx.swap({ text, target: pane, swap: "innerMorph", sourceElement: pane });
      delete pane.dataset.quiet;
      badge();
      const added = [...pane.querySelectorAll("article.message")].filter((one) => !before.has(one.id)).pop();
      const pointer = pane.querySelector("[data-below]");
      const thread = pane.querySelector("[data-thread]");
      if (added && pointer && added.getBoundingClientRect().top > thread.getBoundingClientRect().bottom - 40) {
        pointer.hidden = false;
        pointer.onclick = () => {
          added.scrollIntoView({ block: "start" });
          pointer.hidden = true;
        };
      }
    };

    // Whoever writes an answer is told that somebody else does, or that there is something new to read first.
    const meanwhile = (kinds) => {
      const words = document.querySelector(".composer-answer [data-meanwhile]");
      const box = document.querySelector(".composer-answer textarea");
      if (!words || !box?.value.trim()) return;
      const who = kinds.includes("customer_wrote") ? "customer_wrote" : kinds.includes("answered") ? "somebody_answered" : null;
      if (!who) return;
      words.querySelector("span").textContent = pageWord(who);
      words.hidden = false;
    };
    const showPeople = () => {
      const here = document.querySelector("[data-here]");
      const warning = document.querySelector(".composer [data-writing]");
      if (!here || !warning) return;
      const names = (people) => people.map((one) => one.name).join(", ");
      const writing = others.filter((one) => one.doing === "answering");
      const noting = others.filter((one) => one.doing === "noting");
      const reading = others.filter((one) => one.doing === "reading");
      const told = [];
      if (noting.length) told.push(pageWord(noting.length > 1 ? "noting" : "noting_one", { names: names(noting) }));
      if (reading.length) told.push(pageWord(reading.length > 1 ? "reading" : "reading_one", { names: names(reading) }));
      here.textContent = told.join(" · ");
      here.hidden = !told.length;
      warning.hidden = !writing.length;
      if (writing.length) {
        const one = writing.length > 1 ? "" : "_one";
        const minutes = Math.floor((Date.now() / 1000 - Math.min(...writing.map((one) => one.since))) / 60);
        warning.querySelector("span").textContent = minutes < 1
          ? pageWord(`answering${one}`, { names: names(writing) })
          : pageWord(`answering_for${one}`, { names: names(writing), minutes });
      }
    };

    // Where we are: told when it changes, and only by those who may answer.
    const doing = () => {
      const has = (kind) => document.querySelector(`.composer-${kind} textarea`)?.value.trim();
      return has("answer") ? "answering" : has("note") ? "noting" : "reading";
    };
    let awayTimer;
    const place = (isAway = false) => {
      const open = ticket();
      const token = document.querySelector("[name=csrf]")?.value;
      if (!page || !token || !document.querySelector("[data-works]") && !said) return;
      const id = open?.dataset.works && !isAway ? open.dataset.id : "";
      const now = `${page} ${id} ${id && doing()}`;
      if (now === said) return;
      said = now;
      const body = new URLSearchParams({ csrf: token, page, ticket: id, doing: id ? doing() : "reading" });
      fetch("/live/place", { method: "POST", body }).catch(() => { said = ""; });
    };

    const onTicket = (one) => {
      const row = rowOf(one.number);
      if (row && one.row) fill(row, one.row);
      else if (!row && one.here) fresh.set(`row-${one.number}`, true);
      if (one.who && document.hidden && (one.mine || one.here)) notify(one);
      if (String(one.id) === ticket()?.dataset.id) {
        meanwhile(one.kinds);
        refreshTicket();
      }
    };
    const onMessage = (event) => {
      const told = JSON.parse(event.data);
      if (told.page) {
        page = told.page;
        said = "";
        place();
      }
      if (told.again) catchUp();
      for (const one of told.tickets ?? []) onTicket(one);
      if (told.people && String(told.ticket) === ticket()?.dataset.id) {
        others = told.people;
        showPeople();
      }
      showFresh();
    };

    let wasOpen = false;
    const listen = () => {
      if (source) return;
      const asked = new URLSearchParams({ age: String(Math.round(performance.now())) });
      if (list?.dataset.query && !new URLSearchParams(location.search).has("cursor")) asked.set("list", list.dataset.query);
      source = new EventSource(`/live?${asked}`);
      source.onmessage = onMessage;
      source.onopen = () => {
        if (wasOpen) catchUp();
        wasOpen = true;
      };
      source.onerror = () => {
        if (source?.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
        source = null;
        setTimeout(() => { if (!document.hidden) listen(); }, COME_BACK);
      };
    };
    const hush = () => {
      source?.close();
      source = null;
      page = null;
    };

    // Browsers allow six connections to one server by HTTP/1.1: of pages nobody looks at, only the last one listens on.
    const channel = window.BroadcastChannel ? new BroadcastChannel("mailgate:live") : null;
    const look = () => {
      if (document.hidden) return;
      clearTimeout(awayTimer);
      channel?.postMessage("looked at");
      unseen = 0;
      badge();
      listen();
      place();
    };
    channel?.addEventListener("message", () => { if (document.hidden) hush(); });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) awayTimer = setTimeout(place, HIDDEN_FOR, true);
      else look();
    });
    addEventListener("pagehide", hush);
    addEventListener("pageshow", (event) => { if (event.persisted) look(); });

    let typing;
    document.addEventListener("input", (event) => {
      if (!event.target.matches?.("[data-draft]")) return;
      clearTimeout(typing);
      typing = setTimeout(place, 300);
    });
    document.addEventListener("htmx:after:swap", () => {
      if (pane?.dataset.quiet) return;
      others = [];
      place();
    });
    document.addEventListener("click", (event) => {
      if (!event.target.closest?.("[data-fresh]")) return;
      event.preventDefault();
      showNew();
    });
    look();
  }
}
