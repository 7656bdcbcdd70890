// Stories are dragged from day to day. Without it, and with keys, each has a field for its day.
(() => {
  let held = null;
  const days = document.querySelectorAll("[data-day]");
  for (const event of document.querySelectorAll("[data-event]")) {
    event.addEventListener("dragstart", () => {
      held = event;
    });
    event.addEventListener("dragend", () => {
      held = null;
      for (const day of days) day.classList.remove("weeks__day--drop");
    });
  }
  for (const day of days) {
    day.addEventListener("dragover", (event) => {
      if (!held || day.contains(held)) return;
      event.preventDefault();
      for (const each of days) each.classList.toggle("weeks__day--drop", each === day);
    });
    day.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      const form = held.querySelector("form");
      form.elements.to.value = day.dataset.day;
      form.requestSubmit();
    });
  }
})();
