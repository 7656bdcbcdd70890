// Keeps what is typed on the desk every few seconds, counts words, and tells the preview. Saving works without it.
(() => {
  const place = document.querySelector("[data-autosave]");
  const form = place && place.closest("form");
  if (!form) return;
  const EVERY = 20_000;
  const kept = place.querySelector("[data-kept]");
  const words = place.querySelector("[data-words]");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("story-preview") : null;
  const field = (name) => form.elements.namedItem(name);
  const FIELDS = ["title", "slug", "standfirst", "body", "paid_by", "disclosure", "risk_warning", "section", "kind", "hero"];

  const snapshot = () => {
    const data = new URLSearchParams({ seen_revision: field("seen_revision")?.value || "0" });
    for (const name of FIELDS) if (field(name)) data.set(name, field(name).value);
    return data;
  };
  const count = () => {
    const text = new DOMParser().parseFromString(field("body").value, "text/html").body.textContent;
    const number = (text.match(/[^\s]+/g) || []).length;
    const minutes = Math.max(1, Math.round(number / 230));
    words.textContent = `${number.toLocaleString("en-GB")} words, ${minutes} min read.`;
  };

  let last = snapshot().toString();
  let busy = false;
  const send = async (data) => {
    const body = new URLSearchParams(data);
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    const answer = await fetch(place.dataset.autosave, { method: "POST", body, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const keep = async () => {
    const data = snapshot();
    if (busy || data.toString() === last) return;
    busy = true;
    try {
      const { kept_at: at, newer } = await send(data);
      last = data.toString();
      kept.textContent = newer
        ? `Kept at ${at} UTC. Somebody else has saved this story meanwhile.`
        : `Kept at ${at} UTC, not saved yet.`;
      channel?.postMessage("changed");
    } catch {
      kept.textContent = "What you typed could not be kept. Save the story, or copy your text.";
    } finally {
      busy = false;
    }
  };

  count();
  setInterval(keep, EVERY);
  form.addEventListener("focusout", keep);
  form.addEventListener("input", count);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
  document.querySelector("[data-discard]")?.addEventListener("click", async (event) => {
    await send({ _discard: "1" });
    event.target.closest("section").remove();
  });
})();
