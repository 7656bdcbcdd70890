// Quotes and apostrophes that are typed straight are set as they are printed, in the page of a story; in code they
// stay. Undo takes the curly one back.
(() => {
  const page = document.querySelector(".story-form__canvas");
  if (!page) return;
  const CURLY = { '"': ["“", "”"], "'": ["‘", "’"] };
  const OPENS_AFTER = /^$|[\s([{“‘–—/-]/;
  const before = (box) => {
    if (box.selectionStart !== undefined) return box.value.slice(0, box.selectionStart).slice(-1);
    const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
    const isForward = anchorNode === focusNode ? anchorOffset <= focusOffset : true;
    const [node, at] = isForward ? [anchorNode, anchorOffset] : [focusNode, focusOffset];
    const start = node.nodeType === Node.TEXT_NODE ? node : null;
    if (start && at) return start.data[at - 1];
    const block = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("p, h2, h3, li, td, th");
    if (!block) return "";
    const range = document.createRange();
    range.setStart(block, 0);
    range.setEnd(node, at);
    return range.toString().slice(-1);
  };
  page.addEventListener("beforeinput", (event) => {
    const curly = event.inputType === "insertText" && CURLY[event.data];
    const box = event.target.closest(".ProseMirror, .field-title textarea, .field-standfirst textarea");
    if (!curly || !box) return;
    const node = getSelection().anchorNode;
    if (box.matches(".ProseMirror") && (node?.parentElement || node)?.closest("code, pre")) return;
    event.preventDefault();
    document.execCommand("insertText", false, curly[OPENS_AFTER.test(before(box)) ? 0 : 1]);
  });
})();
