// Notifications of this computer, by choice: asked for on "Your settings", remembered in this browser alone.
{
  const KEY = "mailgate:notify";
  const button = document.querySelector("[data-notify]");
  const told = document.querySelector("[data-notify-state]");
  const isOn = () => {
    try {
      return localStorage.getItem(KEY) === "yes" && Notification.permission === "granted";
    } catch {
      return false;
    }
  };
  const show = () => {
    button.textContent = pageWord(isOn() ? "notify_not" : "notify");
    told.textContent = isOn() ? pageWord("notify_on") : "";
  };
  button?.addEventListener("click", async () => {
    if (isOn()) localStorage.removeItem(KEY);
    else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "yes");
    show();
    if (!isOn() && Notification.permission === "denied") told.textContent = pageWord("notify_denied");
  });
  if (button && window.Notification) show();
  else button?.closest("section").remove();
}
