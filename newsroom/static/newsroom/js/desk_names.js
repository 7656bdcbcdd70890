// Django’s admin leaves some fields without a name that is read out: in tables, in lists, in what scripts draw.
(() => {
  const text = (node) => node?.textContent.trim().replace(/\s+/g, " ") || "";
  const isNamed = (field) => field.ariaLabel || [...(field.labels || [])].some((label) => text(label));
  // In a table the heading of the column and the first words of the row, elsewhere what stands before the field.
  const nameOf = (place) => {
    const cell = place.closest("td, th");
    const row = cell?.parentElement;
    if (row && !place.closest(".aligned")) {
      const heading = text(row.closest("table").tHead?.rows[0]?.cells[cell.cellIndex]) || "Choose";
      const about = text(row.querySelector("th, .original p"));
      return about ? `${heading}: ${about}` : heading;
    }
    const line = place.closest(".fieldBox, .form-row, p");
    const label = text(line?.querySelector("label, legend")) || place.labels?.[0]?.querySelector("img")?.alt || "";
    const part = { 0: "date", 1: "time" }[place.name?.match(/_([01])$/)?.[1]];
    return [label.replace(/:$/, ""), part].filter(Boolean).join(", ");
  };
  const give = () => {
    for (const field of document.querySelectorAll("#content :is(input:not([type=hidden]), select, textarea)"))
      if (!isNamed(field)) field.ariaLabel = nameOf(field);
    for (const drawn of document.querySelectorAll(".ProseMirror, .select2-selection, .select2-selection__rendered"))
      if (!drawn.ariaLabel && drawn.role !== null) drawn.ariaLabel = nameOf(drawn);
    for (const heading of document.querySelectorAll("th.original:empty")) {
      heading.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: "Row" }));
    }
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      give();
    });
  };
  const content = document.getElementById("content");
  if (!content) return;
  give();
  new MutationObserver(soon).observe(content, { childList: true, subtree: true });
})();
