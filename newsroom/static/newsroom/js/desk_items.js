// The entries of an issue are dragged into their order, or moved by the arrows beside them, which finger and keys
// reach. Without it the numbers are typed.
(() => {
  const table = document.querySelector("#items-group table");
  if (!table) return;
  const said = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  said.setAttribute("role", "status");
  table.after(said);
  const body = () => table.tBodies[0];
  const rows = () => [...body().rows].filter((row) => row.querySelector("[name$=-position]") && !row.matches(".empty-form"));
  const nameOf = (row) => row.querySelector("option:checked + option, .field-article option:checked")?.textContent.trim() || "The entry";
  const isFilled = (row) => Boolean(row.querySelector("[name$=-article]")?.value || row.matches(".has_original"));

  const number = () => {
    rows().forEach((row, index) => {
      row.querySelector("[name$=-position]").value = String((index + 1) * 10);
    });
  };
  const move = (row, steps) => {
    const all = rows().filter(isFilled);
    const to = all.indexOf(row) + steps;
    if (to < 0 || to >= all.length) return;
    if (steps < 0) all[to].before(row);
    else all[to].after(row);
    number();
    said.textContent = `${nameOf(row)}: place ${to + 1} of ${all.length}.`;
  };

  const equip = (row) => {
    const cell = row.querySelector(".field-position");
    if (!cell || cell.querySelector(".items__move")) return;
    const tools = Object.assign(document.createElement("span"), { className: "items__move" });
    for (const [sign, label, steps] of [["↑", "Move up", -1], ["↓", "Move down", 1]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
      button.setAttribute("aria-label", `${label}: ${nameOf(row)}`);
      button.addEventListener("click", () => {
        move(row, steps);
        button.focus();
      });
      tools.append(button);
    }
    cell.append(tools);
    row.draggable = true;
  };
  rows().forEach(equip);
  document.addEventListener("formset:added", (event) => equip(event.target));
  table.classList.add("items--ordered");

  let dragged = null;
  table.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("tr") || null;
  });
  table.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr");
    if (!dragged || !over || over === dragged || !rows().includes(over)) return;
    event.preventDefault();
    const isBelow = over.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (isBelow) over.before(dragged);
    else over.after(dragged);
  });
  table.addEventListener("drop", (event) => event.preventDefault());
  table.addEventListener("dragend", () => {
    dragged = null;
    number();
  });
})();
