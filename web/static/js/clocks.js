// Clocks in lists go on while a page stands open; when one turns (at risk, late), its line is asked for anew.
{
  const MINUTE = 60000;
  const HOUR = 60 * MINUTE;
  const tell = (clock, now) => {
    const away = new Date(clock.dateTime) - now;
    const which = away > 0 ? "left" : "late";
    const amount = Math.abs(away);
    if (amount >= 24 * HOUR) return;
    const [unit, length] = amount < HOUR ? ["min", MINUTE] : ["h", HOUR];
    clock.lastElementChild.textContent = pageWord(`${which}_${unit}`, { count: Math.max(1, Math.floor(amount / length)) });
  };
  const look = () => {
    const now = Date.now();
    const clocks = [...document.querySelectorAll("[data-clock]")];
    for (const clock of clocks) tell(clock, now);
    const turned = clocks.filter((clock) => new Date(clock.dataset.clock) <= now);
    for (const clock of turned) clock.dataset.clock = "";
    if (turned.length) document.dispatchEvent(new Event("mailgate:turned"));
  };
  setInterval(() => { if (!document.hidden) look(); }, MINUTE / 2);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
