// The queue by keys: j and k walk, a letter presses the button that carries it. Without it the buttons do the same.
(() => {
  const queue = document.querySelector("[data-queue]");
  if (!queue) return;
  const waiting = [...queue.querySelectorAll("[data-waiting]")];
  let current = Math.max(0, waiting.findIndex((each) => "current" in each.dataset));
  const show = (index) => {
    current = Math.max(0, Math.min(index, waiting.length - 1));
    waiting[current]?.focus({ preventScroll: true });
    waiting[current]?.scrollIntoView({ block: "nearest" });
  };
  // Single keys work only where the focus is in the queue, and in no field: WCAG 2.1.4.
  const isTyped = (target) => target.matches("input:not([type=checkbox]), select, textarea") || target.closest("[popover]");
  queue.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyped(event.target)) return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return; // A key that is held decides once.
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      show(current + (event.key === "j" ? 1 : -1));
      return;
    }
    const place = event.key === "z" ? queue : waiting[current];
    const button = place?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  queue.addEventListener("focusin", (event) => {
    const index = waiting.indexOf(event.target.closest("[data-waiting]"));
    if (index >= 0) current = index;
  });
  // The next story that this moderator opens asks who they are, and shows them their links.
  try {
    localStorage.setItem("known", "1");
  } catch {}
  if (waiting.length) show(current);
  else queue.setAttribute("tabindex", "-1"), queue.focus();
})();
