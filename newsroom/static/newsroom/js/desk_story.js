// Keeps what is typed on the desk: every few seconds on the server, and in this browser until the server has it.
// Counts words and tells the preview. Saving works without it.
(() => {
  const place = document.querySelector("[data-autosave]");
  const form = place && place.closest("form");
  if (!form) return;
  const EVERY = 10_000;
  const SOON = 1_500;
  const IN_BROWSER = `story ${place.dataset.autosave} `;
  const kept = place.querySelector("[data-kept]");
  const words = place.querySelector("[data-words]");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("story-preview") : null;
  const field = (name) => form.elements.namedItem(name);

  const snapshot = () => {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") data.append(name, value);
    }
    return data.toString();
  };
  const count = () => {
    const text = field("body").value.replace(/<(?:\/(?:p|h\d|li|td|th|blockquote|pre|figcaption)|br)\b[^>]*>/g, " ");
    const found = new DOMParser().parseFromString(text, "text/html").body.textContent.match(/\S+/g) || [];
    const minutes = Math.max(1, Math.round(found.length / 230));
    words.textContent = `${found.length.toLocaleString("en-GB")} words, ${minutes} min read.`;
  };

  // --- In this browser, until the server has it -----------------------------------------

  const inBrowser = () => IN_BROWSER + field("autosave_key").value;
  const noteHere = (data) => {
    try {
      localStorage.setItem(inBrowser(), data);
    } catch {
      // Full, or not allowed: the server is asked all the sooner.
    }
  };
  const forgetHere = (name) => {
    try {
      localStorage.removeItem(name);
    } catch {
      // The same.
    }
  };

  // --- On the server ------------------------------------------------------------------

  class SignedOut extends Error {}
  const token = async () => {
    const answer = await fetch(place.dataset.token, { credentials: "same-origin" });
    if (answer.redirected || !answer.ok) throw new SignedOut();
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = "";
    const fresh = (await answer.json()).token;
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = fresh;
  };
  const send = async (data, again = true) => {
    const body = new URLSearchParams(data);
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    const answer = await fetch(place.dataset.autosave, { method: "POST", body, credentials: "same-origin" });
    if (answer.ok && !answer.redirected) return answer.json();
    if (answer.status !== 403 && !answer.redirected) throw new Error(String(answer.status));
    // Signed out, or signed in again in another window since this page was opened.
    if (!again) throw new SignedOut();
    await token();
    return send(data, false);
  };
  const signIn = () => {
    const link = document.createElement("a");
    link.href = `/accounts/login/?next=${encodeURIComponent("/admin/")}`;
    link.target = "_blank";
    link.textContent = "Sign in in a new window";
    kept.replaceChildren("You are signed out. What you type is kept in this browser. ", link, ", then go on here.");
  };

  let last = snapshot();
  let busy = false;
  const keep = async () => {
    const data = snapshot();
    if (busy || data === last) return;
    busy = true;
    try {
      const { kept_at: at, newer } = await send(data);
      last = data;
      if (snapshot() === data) forgetHere(inBrowser());
      kept.textContent = newer
        ? `Autosaved ${at}. Somebody else has saved this story meanwhile; both are brought together when you save.`
        : `Autosaved ${at}.`;
      channel?.postMessage("changed");
    } catch (problem) {
      if (problem instanceof SignedOut) signIn();
      else kept.textContent = "The server does not answer. What you type is kept in this browser.";
    } finally {
      busy = false;
    }
  };

  // How the story looks in a search and as a card: each falls back as its page does.
  const shared = document.querySelector("[data-as-shared]");
  const first = (...names) => names.map((name) => field(name)?.value.trim()).find(Boolean) || "";
  const showShared = () => {
    if (!shared) return;
    shared.querySelector("b").textContent = first("social_title", "search_title", "title");
    shared.querySelector("b + span").textContent = first("social_description", "search_description", "standfirst");
  };

  let soon = 0;
  const changed = () => {
    count();
    showShared();
    clearTimeout(soon);
    soon = setTimeout(() => snapshot() !== last && noteHere(snapshot()), SOON);
  };

  // What an earlier visit left here, because the server could not be reached, is handed over and offered.
  const forms = "BroadcastChannel" in window ? new BroadcastChannel("story-forms") : null;
  const open = new Set();
  forms?.addEventListener("message", ({ data }) => {
    if (data.ask) forms.postMessage({ open: field("autosave_key").value });
    else open.add(data.open);
  });
  const handOver = async () => {
    for (const key of (place.dataset.saved || "").split(" ").filter(Boolean)) {
      for (const name of Object.keys(localStorage)) if (name.endsWith(` ${key}`)) forgetHere(name);
    }
    forms?.postMessage({ ask: true }); // What another tab is writing is its own.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const names = Object.keys(localStorage).filter((name) => name.startsWith(IN_BROWSER) && name !== inBrowser());
    for (const name of names.filter((each) => !open.has(each.slice(IN_BROWSER.length)))) {
      try {
        await send(localStorage.getItem(name));
        forgetHere(name);
        const link = document.createElement("a");
        link.href = `?typed=${name.slice(IN_BROWSER.length)}`;
        link.textContent = "Restore it";
        kept.replaceChildren("This browser has kept text that was never saved. ", link);
      } catch {
        // It stays here.
      }
    }
  };

  count();
  setInterval(keep, EVERY);
  form.addEventListener("focusout", keep);
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("visibilitychange", () => document.hidden && keep());
  window.addEventListener("pagehide", () => snapshot() !== last && noteHere(snapshot()));
  // The next page says what was saved; if the server asks to sign in first, this is still here.
  form.addEventListener("submit", () => noteHere(snapshot()));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s" && !event.altKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=_continue]"));
    }
  });
  handOver().catch(() => {}); // No storage in this browser.
})();
