// The front page on the desk: stories are dragged to their places with mouse, finger or keys, and what follows from
// that is shown at once. Without it they are chosen from the list of each place.
(() => {
  const form = document.querySelector("[data-board]");
  if (!form) return;
  const { latest, stories, names } = JSON.parse(document.getElementById("board").textContent);
  const said = form.querySelector("[data-said]");
  const changes = form.querySelector("[data-changes]");
  const places = [...form.querySelectorAll("[data-place]")].map((slot) => ({
    slot,
    story: slot.querySelector("select"),
    until: slot.querySelector("input"),
  }));
  const state = () => JSON.stringify(places.map(({ story, until }) => [story.value, story.value && until.value]));
  const before = state();
  let sent = false;

  const show = () => {
    const pinned = new Set(places.map(({ story }) => story.value).filter(Boolean));
    const automatic = latest.filter((key) => !pinned.has(String(key)));
    for (const { slot, story, until } of places) {
      const key = story.value || automatic.shift();
      const card = stories[key] || { title: "Nothing yet", note: "", picture: "" };
      slot.dataset.shown = key || "";
      slot.classList.toggle("place--pinned", Boolean(story.value));
      slot.querySelector("[data-title]").textContent = card.title;
      slot.querySelector("[data-note]").textContent = card.note;
      const picture = slot.querySelector("img");
      picture.hidden = !card.picture;
      if (card.picture) picture.src = card.picture;
      const end = until.value && ` until ${until.value.replace("T", ", ")}`;
      slot.querySelector("[data-state]").textContent = story.value ? `Pinned${end}` : "Automatic";
    }
    changes.textContent = state() === before ? "" : "Changed, not live yet.";
  };

  // What is pinned where a story comes moves down one, as far as there is one pinned below.
  const put = (key, at) => {
    const from = places.find(({ story }) => story.value === key);
    let moving = { key, until: from ? from.until.value : "" };
    if (from) from.story.value = from.until.value = "";
    for (let place = at; moving.key && place < places.length; place += 1) {
      const { story, until } = places[place];
      const below = { key: story.value, until: until.value };
      if (![...story.options].some(({ value }) => value === moving.key)) {
        story.append(new Option(stories[moving.key].title, moving.key));
      }
      story.value = moving.key;
      until.value = moving.until;
      moving = below;
    }
    show();
    said.textContent = `“${stories[key].title}” is on ${names[at]}. Nothing is live until you publish the changes.`;
  };

  // --- Mouse and finger -----------------------------------------------------------------

  let held = null;
  const over = (event) => {
    const slot = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-place]");
    return slot ? places.findIndex((place) => place.slot === slot) : -1;
  };
  const mark = (at) => places.forEach(({ slot }, index) => slot.classList.toggle("place--drop", index === at));
  const letGo = () => {
    held = null;
    mark(-1);
    document.body.classList.remove("board-dragging");
  };
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    event.preventDefault();
    mark(over(event));
  });
  document.addEventListener("pointerup", (event) => {
    if (!held) return;
    const at = over(event);
    if (at >= 0) put(held, at);
    letGo();
  });
  document.addEventListener("pointercancel", letGo);

  // --- Keys -------------------------------------------------------------------------------

  let target = -1;
  const keys = (handle, key) => (event) => {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (target < 0) {
        target = Math.max(0, places.findIndex(({ slot }) => slot.contains(handle)));
        said.textContent = `Picked up “${stories[key()].title}”. Arrows choose a place, Space puts it down, Escape cancels.`;
      } else {
        put(key(), target);
        target = -1;
      }
    } else if (target >= 0 && event.key.startsWith("Arrow")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" || event.key === "ArrowRight" ? 1 : -1;
      target = Math.min(Math.max(0, target + step), places.length - 1);
      said.textContent = names[target];
    } else if (target >= 0 && event.key === "Escape") {
      target = -1;
      said.textContent = "Cancelled.";
    }
    mark(target);
  };

  const handle = (holder, key) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "board-handle" });
    button.textContent = "Move";
    button.addEventListener("pointerdown", (event) => {
      if (event.button || !stories[key()]) return;
      event.preventDefault();
      button.focus();
      held = key();
      document.body.classList.add("board-dragging");
    });
    button.addEventListener("keydown", keys(button, key));
    button.addEventListener("blur", () => {
      target = -1;
      mark(-1);
    });
    holder.append(button);
  };
  for (const { slot, story, until } of places) {
    handle(slot.querySelector(".place__head"), () => slot.dataset.shown);
    story.addEventListener("change", show);
    until.addEventListener("input", show);
  }
  for (const row of document.querySelectorAll("[data-candidate]")) handle(row, () => row.dataset.candidate);

  form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && state() !== before) event.preventDefault();
  });
  show();
})();
