// Hands the chosen picture to the editor that opened this window. The editor speaks as CKEditor’s file browsers do.
(() => {
  const place = document.querySelector("[data-call]");
  if (!place) return;
  const hand = ({ pick, key, alt, caption }) => {
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
