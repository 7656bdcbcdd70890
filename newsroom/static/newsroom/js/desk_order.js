// Lets rows of a list be dragged into their order and writes the numbers. Without it the numbers are typed.
(() => {
  const rows = document.querySelector("#result_list tbody");
  if (!rows) return;
  let dragged = null;
  const number = () => {
    [...rows.querySelectorAll("input[name$=-position]")].forEach((input, index) => {
      input.value = String(index + 1);
    });
  };
  for (const row of rows.rows) row.draggable = true;
  rows.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("tr");
  });
  rows.addEventListener("dragover", (event) => {
    const over = event.target.closest("tr");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const isBelow = over.compareDocumentPosition(dragged) & Node.DOCUMENT_POSITION_FOLLOWING;
    rows.insertBefore(dragged, isBelow ? over : over.nextSibling);
  });
  rows.addEventListener("drop", (event) => event.preventDefault());
  rows.addEventListener("dragend", () => {
    dragged = null;
    number();
  });
})();
