// The queue by keys: j and k walk, a newsletter presses the button that carries it. Without it the buttons do the same.
(() => {
  const queue = document.querySelector("[data-queue]");
  if (!queue) return;
  const waiting = [...queue.querySelectorAll("[data-waiting]")];
  let current = 0;
  const show = (index) => {
    current = Math.max(0, Math.min(index, waiting.length - 1));
    waiting[current]?.focus({ preventScroll: true });
    waiting[current]?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), select, textarea"))
      return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return; // A key that is held decides once.
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      show(current + (event.key === "j" ? 1 : -1));
      return;
    }
    const place = event.key === "u" ? document : waiting[current];
    const button = place?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
  queue.addEventListener("focusin", (event) => {
    const index = waiting.indexOf(event.target.closest("[data-waiting]"));
    if (index >= 0) current = index;
  });
  show(0);
})();
