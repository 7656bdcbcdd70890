// Pictures on the desk: chosen by looking at them, and their focal point by clicking.
(() => {
  for (const place of document.querySelectorAll("[data-picture-field]")) {
    const select = document.getElementById(place.dataset.pictureField);
    const shown = place.querySelector("img");
    const show = () => {
      shown.hidden = !select.value;
      if (select.value) shown.src = place.dataset.thumb.replace("/0/", `/${select.value}/`);
    };
    const open = Object.assign(document.createElement("button"), { type: "button", className: "button" });
    open.textContent = "Choose or upload a picture…";
    open.addEventListener("click", () =>
      window.open(`${place.dataset.picker}?field=${select.id}`, "pictures", "width=960,height=760,resizable,scrollbars"),
    );
    place.append(open);
    window.addEventListener("message", ({ origin, data }) => {
      if (origin !== location.origin || data?.picked?.field !== select.id) return;
      const { key, alt } = data.picked;
      const option = [...select.options].find((each) => each.value === key) || new Option(alt, key);
      select.append(option);
      select.value = key;
      select.dispatchEvent(new Event("input", { bubbles: true }));
      django.jQuery(select).trigger("change");
    });
    // The list with search tells of its changes by jQuery alone.
    django.jQuery(select).on("change", show);
  }

  const focal = document.querySelector("[data-focal]");
  const across = document.getElementById("id_focal_x");
  const down = document.getElementById("id_focal_y");
  if (!focal || !across || !down) return;
  const whole = focal.querySelector("img");
  const mark = focal.appendChild(Object.assign(document.createElement("span"), { className: "focal__mark" }));
  const crops = [...document.querySelectorAll("[data-crop]")];
  // How far a crop of that size is moved so that the point is in its middle, as the crops are cut.
  const moved = (point, size, crop) => {
    if (size <= crop) return 50;
    return (Math.min(Math.max(0, (size * point) / 100 - crop / 2), size - crop) / (size - crop)) * 100;
  };
  const draw = () => {
    const [x, y] = [Number(across.value), Number(down.value)];
    Object.assign(mark.style, { left: `${x}%`, top: `${y}%` });
    for (const crop of crops) {
      const [width, height] = crop.dataset.crop.split("x").map(Number);
      const scale = Math.min(whole.naturalWidth / width, whole.naturalHeight / height);
      const left = moved(x, whole.naturalWidth, width * scale);
      const top = moved(y, whole.naturalHeight, height * scale);
      crop.style.objectPosition = `${left}% ${top}%`;
    }
  };
  const take = ({ clientX, clientY }) => {
    const box = whole.getBoundingClientRect();
    const part = (at, start, length) => Math.round(Math.min(Math.max(0, (at - start) / length), 1) * 100);
    across.value = part(clientX, box.left, box.width);
    down.value = part(clientY, box.top, box.height);
    draw();
  };
  whole.addEventListener("click", take);
  for (const field of [across, down]) field.addEventListener("input", draw);
  if (whole.complete) draw();
  whole.addEventListener("load", draw);
})();
