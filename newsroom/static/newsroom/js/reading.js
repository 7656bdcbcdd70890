// Remembers the theme and the paused price strip. Everything works without it.
(() => {
  const root = document.documentElement;
  const remember = (key, value) => {
    try {
      localStorage[key] = value;
    } catch {
      // Storage may be off: the choice then holds for this page.
    }
  };
  const remembered = (key) => {
    try {
      return localStorage[key];
    } catch {
      return undefined;
    }
  };

  const setTheme = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const radio = document.getElementById(`th-${theme[0]}`);
    if (radio) radio.checked = true;
    remember("theme", theme);
  };
  const stored = remembered("theme");
  if (stored === "light" || stored === "dark") setTheme(stored);
  for (const radio of document.querySelectorAll("[name=theme]")) {
    radio.addEventListener("change", () => setTheme(radio.value));
  }
  for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
    toggle.addEventListener("click", (event) => {
      event.preventDefault();
      const system = matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light";
      setTheme((root.dataset.theme || system) === "dark" ? "light" : "dark");
    });
  }

  const pause = document.getElementById("tick");
  if (pause) {
    pause.checked = remembered("tickerPaused") === "yes";
    pause.addEventListener("change", () => remember("tickerPaused", pause.checked ? "yes" : "no"));
  }
})();
