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
    pause.addEventListener("change", () => {
      delete root.dataset.strip;
      remember("tickerPaused", pause.checked ? "yes" : "no");
    });
  }

  // A page that lies open shows what is current when it is looked at. Nothing is announced.
  const strip = document.querySelector(".ticker__view[data-fresh]");
  if (strip && root.dataset.prices !== "off") {
    const every = 60_000;
    let last = Date.now();
    let got = last;
    const refresh = async () => {
      if (document.hidden || Date.now() - last < every) return;
      last = Date.now();
      try {
        const answer = await fetch(strip.dataset.fresh, { credentials: "omit" });
        if (!answer.ok) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("ul");
        const lists = strip.querySelectorAll("ul");
        if (fresh.length !== lists.length || strip.contains(document.activeElement?.closest("a"))) return;
        // The lists stay where they are on their way; what stands in them changes.
        lists.forEach((list, index) => list.replaceChildren(...fresh[index].children));
        got = Date.now();
      } catch {
        // The network is away: what stands there says its own age, and below, that it is late.
      }
      if (Date.now() - got > 15 * every) strip.closest(".ticker").dataset.late = "yes";
      else delete strip.closest(".ticker").dataset.late;
      if (Date.now() - got > 24 * 60 * every) strip.closest(".ticker").hidden = true;
    };
    setInterval(refresh, every / 2);
    document.addEventListener("visibilitychange", refresh);
  }
})();
