// Hands the chosen picture to what opened this window: a field, or the editor, which speaks as CKEditor’s file
// browsers do.
(() => {
  const place = document.querySelector("[data-call]");
  if (!place) return;
  const hand = ({ pick, key, alt, caption }) => {
    if (place.dataset.field) {
      window.opener?.postMessage({ picked: { field: place.dataset.field, key, alt } }, location.origin);
      window.close();
      return;
    }
    const editor = window.opener?.CKEDITOR?.tools;
    if (!editor) return;
    editor.callFunction(Number(place.dataset.call), pick, { id: key, alternative_text: alt, caption });
    window.close();
  };
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (button) hand(button.dataset);
  });
  const uploaded = place.querySelector("[data-picked] [data-pick]");
  if (uploaded) hand(uploaded.dataset);
})();
