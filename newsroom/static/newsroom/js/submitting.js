// Shows a placement as it is written: its words, its pictures, its price. Without it the next page shows all of them.
(() => {
  const form = document.querySelector("[data-submission]");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  // Fields that only matter once another is filled in.
  const showWhatMatters = () => {
    for (const group of form.querySelectorAll("[data-with]")) {
      group.hidden = !field(group.dataset.with).value.trim();
    }
  };

  const mirror = () => {
    for (const place of form.querySelectorAll("[data-of]")) {
      const written = field(place.dataset.of)?.value ?? "";
      const isHtml = /^\s*<(p|h2|h3|ul|ol|blockquote)[\s>]/.test(written);
      const value = (isHtml ? new DOMParser().parseFromString(written, "text/html").body.textContent : written).trim();
      if (value) place.textContent = value.length > 300 ? `${value.slice(0, 300)}…` : value;
    }
  };

  const showPicture = (input) => {
    const place = form.querySelector("[data-pictures]");
    const [file] = input.files;
    if (!place || !file) return;
    const picture = place.querySelector(`[data-size="${input.dataset.picture}"]`) ?? document.createElement("img");
    picture.dataset.size = input.dataset.picture;
    picture.alt = `Your picture at ${input.dataset.picture}`;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      picture.src = reader.result;
      place.append(picture);
    });
    reader.readAsDataURL(file);
  };

  const inMoney = (cents, currency) => (cents / 100).toLocaleString("en", { style: "currency", currency });
  const estimate = () => {
    const list = form.querySelector("[data-basis=thousand]");
    const goal = Number(field("goal")?.value);
    if (!list || !goal) return;
    const base = Math.round((Number(list.dataset.rate) * 100 * goal) / 1000);
    const more = field("section").value ? Math.round((base * Number(list.dataset.surcharge)) / 100) : 0;
    const rows = [[`${goal.toLocaleString("en")} viewable impressions`, base]];
    if (more) rows.push([`One section only, +${list.dataset.surcharge}%`, more]);
    rows.push(["Total before tax", base + more]);
    list.classList.remove("estimate--rates");
    list.replaceChildren(
      ...rows.map(([label, cents]) => {
        const row = document.createElement("div");
        row.append(document.createElement("dt"), document.createElement("dd"));
        row.firstChild.textContent = label;
        row.lastChild.textContent = inMoney(cents, list.dataset.currency);
        return row;
      }),
    );
  };

  // The rich editor draws a field without a name that is read out.
  const nameTheEditor = () => {
    for (const drawn of form.querySelectorAll(".ProseMirror")) {
      if (!drawn.ariaLabel && drawn.role !== null) drawn.ariaLabel = "Text";
    }
  };
  new MutationObserver(nameTheEditor).observe(form, { childList: true, subtree: true });
  nameTheEditor();

  form.addEventListener("input", () => {
    showWhatMatters();
    mirror();
    estimate();
  });
  form.addEventListener("change", (event) => {
    if (event.target.dataset.picture) showPicture(event.target);
  });
  showWhatMatters();
  estimate();
})();
