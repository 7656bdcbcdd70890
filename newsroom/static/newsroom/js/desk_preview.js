// Shows the preview anew whenever the form in the other window has kept something.
(() => {
  const frame = document.querySelector("[data-preview]");
  if (!frame || !("BroadcastChannel" in window)) return;
  new BroadcastChannel("story-preview").addEventListener("message", () => {
    const { scrollY } = frame.contentWindow;
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, scrollY), { once: true });
    frame.contentWindow.location.reload();
  });
})();
