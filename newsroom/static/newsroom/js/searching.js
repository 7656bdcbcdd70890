// Offers subjects and headlines while somebody types. Without it the box is a plain search.
(() => {
  const box = document.querySelector("[data-suggest]");
  const list = box && document.getElementById(box.getAttribute("list"));
  if (!list) return;
  const places = new Map();
  let timer = 0;
  let asked = "";
  const offer = async () => {
    const query = box.value.trim();
    if (query.length < 2 || query === asked || places.has(query)) return;
    asked = query;
    const answer = await fetch(`${box.dataset.suggest}?${new URLSearchParams({ q: query })}`);
    if (!answer.ok || asked !== query) return;
    const { suggestions } = await answer.json();
    places.clear();
    list.replaceChildren(
      ...suggestions.map(({ label, url }) => {
        places.set(label, url);
        return Object.assign(document.createElement("option"), { value: label });
      }),
    );
  };
  box.addEventListener("input", (event) => {
    // An option that was chosen leads to its page.
    if (event.inputType === "insertReplacementText" || !event.inputType) {
      const url = places.get(box.value);
      if (url) location.assign(url);
    }
    clearTimeout(timer);
    timer = setTimeout(() => offer().catch(() => {}), 150);
  });
})();
