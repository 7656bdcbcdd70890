// Loaded in the head, so that what a reader chose is there before the first paint: theme, paused strip, hidden prices.
(() => {
  const root = document.documentElement;
  root.dataset.script = "on"; // so that boxes which a script will fill do not show something else first
  try {
    const theme = localStorage.theme;
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    if (localStorage.tickerPaused === "yes") root.dataset.strip = "paused";
  } catch {
    // Storage may be off. The system's theme is used.
  }
  const chosen = document.cookie.match(/(?:^|; )prices=([A-Z0-9.]+|off)/)?.[1];
  if (chosen === "off") root.dataset.prices = "off";
  else if (chosen && "adoptedStyleSheets" in document) {
    const symbols = chosen.split(".").filter((symbol) => /^[A-Z0-9]{1,10}$/.test(symbol));
    const rows = symbols.map((symbol) => `[data-symbol="${symbol}"],[data-copy="${symbol}"]`).join();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`${rows}{display:none!important}`);
    document.adoptedStyleSheets.push(sheet);
  }
})();
