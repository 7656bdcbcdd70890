// Fills the boxes of advertisements and says what was shown, and seen: half of it for one second in a visible tab,
// 30 % of a large one. Without it the boxes hold a plain banner that is counted nowhere.
(() => {
  const LARGE = 242_500; // CSS pixels
  const SECOND = 1000;
  const STALE = 2 * 60 * 60 * SECOND; // then what we were offered counts no more
  // A preview begins where the placement stands. (An address that ends there would move the page around it as well.)
  const previewed = document.getElementById("placement");
  if (previewed) scrollTo(0, previewed.getBoundingClientRect().top + scrollY - 40);
  const boxes = [...document.querySelectorAll("[data-position]")].filter((box) => box.getClientRects().length);
  if (!boxes.length) {
    if (!document.hidden && !document.prerendering) globalThis.pageView?.tell();
    return;
  }

  const say = (action, tokens) => {
    const words = new URLSearchParams({ action });
    for (const token of tokens) words.append("token", token);
    if (document.hidden) words.set("hidden", "1");
    navigator.sendBeacon("/slots/seen/", words);
  };

  // A paid article on its own page is not filled, but seen and followed like anything that was paid for.
  const isStory = (box) => box.dataset.slot === "story";
  let storyToken = "";
  for (const link of document.querySelectorAll("article[data-sponsored] a[rel~=sponsored]")) {
    link.addEventListener("click", () => storyToken && say("clicked", [storyToken]));
  }

  // One creative on its way to be seen. The clock starts anew whenever it or the tab goes out of sight.
  const watched = new Map();
  const look = (creative, state) => {
    const isInView = state.ratio >= state.needed && !document.hidden;
    if (!isInView) {
      clearTimeout(state.timer);
      state.timer = 0;
    } else if (!state.timer) {
      state.timer = setTimeout(() => {
        say("viewable", [state.token]);
        observer.unobserve(creative);
        watched.delete(creative);
      }, SECOND);
    }
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const state = watched.get(entry.target);
        if (!state) continue;
        const { width, height } = entry.boundingClientRect;
        // Boxes stand on fractions of a pixel: half of one more or less is none.
        state.needed = (width * height >= LARGE ? 0.3 : 0.5) - 0.5 / height;
        state.ratio = entry.intersectionRatio;
        look(entry.target, state);
      }
    },
    { threshold: [0, 0.29, 0.295, 0.298, 0.3, 0.49, 0.495, 0.498, 0.5, 1] },
  );
  const watch = (box, token) => {
    const creative = isStory(box) ? box : box.querySelector("a");
    watched.set(creative, { token, ratio: 0, needed: 0.5, timer: 0 });
    observer.observe(creative);
  };

  let filledAt = 0;
  let isFirst = true;
  const fill = async () => {
    filledAt = Date.now();
    const query = new URLSearchParams({ w: String(innerWidth) });
    const tellsView = isFirst;
    isFirst = false;
    if (tellsView) globalThis.pageView?.take(query);
    for (const box of boxes) query.append("s", box.dataset.position);
    let slots = [];
    try {
      const answer = await fetch(`/slots/?${query}`);
      if (answer.ok) slots = (await answer.json()).slots;
      else if (tellsView) globalThis.pageView?.tell();
    } catch {
      // The network is away, or something blocks the request: what the page brought along is shown.
      if (tellsView) globalThis.pageView?.tell();
    }
    const shown = [];
    boxes.forEach((box, index) => {
      if (!slots[index]) {
        box.dataset.plain = "yes"; // The banner that the page brought along.
        return;
      }
      if (slots[index].html) box.innerHTML = slots[index].html;
      if (!slots[index].token) return;
      if (isStory(box)) storyToken = slots[index].token;
      shown.push(slots[index].token);
      watch(box, slots[index].token);
    });
    toSay.push(...shown);
    sayWhatIsShown();
  };

  // Somebody may have turned to another tab meanwhile: what is shown is said once it can be seen.
  const toSay = [];
  const sayWhatIsShown = () => {
    if (toSay.length && !document.hidden) say("rendered", toSay.splice(0));
  };

  const begin = () => {
    if (document.hidden || document.prerendering) return;
    if (Date.now() - filledAt > STALE) fill();
  };
  document.addEventListener("visibilitychange", () => {
    sayWhatIsShown();
    for (const [creative, state] of watched) look(creative, state);
    begin();
  });
  document.addEventListener("prerenderingchange", begin);
  begin();
})();
