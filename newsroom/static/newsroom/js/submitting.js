// Shows only the fields that the chosen product needs. Without it all of them are there.
(() => {
  const form = document.querySelector("[data-submission]");
  if (!form) return;
  const show = () => {
    const product = form.elements.namedItem("product").value;
    for (const group of form.querySelectorAll("[data-product]")) {
      group.hidden = !group.dataset.product.split(" ").includes(product);
    }
  };
  form.addEventListener("change", show);
  show();
})();
