// Tells that this page was opened and how it was read: no cookie, and nothing is kept here. What a page tells twice,
// because an answer got lost, counts once by its key.
(() => {
  const page = document.body.dataset.page;
  if (!page) return;
  const SECOND = 1000;
  const IDLE_AFTER = 30 * SECOND;
  const SLOTS_HAVE = 4 * SECOND; // to tell it with their own request
  const MOST_PARTS = 60;
  let key = "";
  let isTold = false;

  const newKey = () => {
    key = [...crypto.getRandomValues(new Uint8Array(15))].map((byte) => byte.toString(36).padStart(2, "0")).join("").slice(0, 30);
    isTold = false;
  };
  const say = (address, words) => navigator.sendBeacon(address, new URLSearchParams({ p: page, k: key, ...words }));
  const facts = () => ({ r: document.referrer, q: location.search.slice(1), w: String(innerWidth) });

  // `slots.js` asks something of the same page: it takes the words along, and there is one request less.
  const view = {
    take(query) {
      for (const [name, value] of Object.entries({ p: page, k: key, ...facts() })) query.set(name === "w" ? "w" : `v${name}`, value);
      isTold = true;
    },
    tell() {
      isTold = true;
      say("/views/", facts());
    },
  };
  globalThis.pageView = view;

  // Reading: seconds in sight and in use, and how far down the text.
  let part = 0;
  let exits = 0;
  let seconds = 0;
  let usedAt = 0;
  const text = document.querySelector("article .prose");
  const end = text?.querySelector(".story-end") ?? text;
  const reached = { half: false, end: false };
  let news = 0;
  const look = () => {
    if (!text) return;
    const { top } = text.getBoundingClientRect();
    const bottom = end.getBoundingClientRect().bottom;
    if (!reached.half && (top + bottom) / 2 <= innerHeight) {
      reached.half = true;
      news |= 1;
    }
    if (!reached.end && bottom <= innerHeight) {
      reached.end = true;
      news |= 2;
    }
  };
  const use = () => {
    usedAt = Date.now();
  };
  for (const kind of ["scroll", "pointermove", "pointerdown", "keydown", "touchstart"]) {
    addEventListener(kind, use, { passive: true });
  }
  setInterval(() => {
    if (document.hidden || Date.now() - usedAt > IDLE_AFTER) return;
    seconds += 1;
    look();
  }, SECOND);
  const sayReading = () => {
    if (!isTold || part >= MOST_PARTS || !(seconds || news)) return;
    say("/views/read/", { n: String(part), s: String(seconds), d: String(news) });
    part += 1;
    seconds = 0;
    news = 0;
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^=http]");
    if (!link || link.host === location.host || !isTold || exits >= MOST_PARTS) return;
    say("/views/read/", { n: String(exits), o: link.origin });
    exits += 1;
  });

  const begin = () => {
    if (document.hidden || document.prerendering || key) return;
    newKey();
    use();
    setTimeout(() => {
      if (!isTold) view.tell();
    }, SLOTS_HAVE);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) sayReading();
    else begin();
  });
  document.addEventListener("prerenderingchange", begin);
  addEventListener("pagehide", () => {
    if (key && !isTold) view.tell();
    sayReading();
  });
  // Back from where the browser kept it: opened once more.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    newKey();
    part = exits = seconds = news = 0;
    reached.half = reached.end = false;
    use();
    view.tell();
  });
  begin();
})();
