// The form of the newsletter: a ticket is fetched when it is first touched, and worked for when that is asked.
// Without scripts one more page with a button does the same.
(() => {
  const zeros = (bytes, bits) => {
    const first = new DataView(bytes).getUint32(0);
    return first >>> (32 - bits) === 0;
  };
  const work = async (ticket, bits) => {
    const encoder = new TextEncoder();
    for (let answer = 0; ; answer += 1) {
      const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${ticket}.${answer}`));
      if (zeros(digest, bits)) return String(answer);
    }
  };

  const RIPENS_IN = 2200; // milliseconds
  for (const form of document.querySelectorAll("[data-ticket]")) {
    const input = form.elements.namedItem("ticket");
    let pending = null;
    let goodFrom = 0;
    const fetchTicket = async () => {
      const response = await fetch(form.dataset.ticket, { credentials: "omit" });
      if (!response.ok) return;
      input.value = (await response.json()).ticket;
      goodFrom = Date.now() + RIPENS_IN;
    };
    const touch = () => {
      if (!input.value) pending ??= fetchTicket().catch(() => {}).finally(() => (pending = null));
    };
    form.addEventListener("focusin", touch);
    // Whoever was faster than this script.
    if (form.contains(document.activeElement)) touch();
    form.addEventListener("submit", async (event) => {
      if (!pending && Date.now() >= goodFrom) return;
      event.preventDefault();
      await pending;
      // A form cannot be sent from within its own submit event, and a ticket is not good at once.
      setTimeout(() => form.requestSubmit(), Math.max(0, goodFrom - Date.now()));
    });
    // Coming back with the Back button, the form needs a fresh ticket.
    addEventListener("pageshow", (event) => {
      if (event.persisted) input.value = "";
    });
  }

  const worked = document.querySelector("form[data-work]");
  if (worked && globalThis.crypto?.subtle) {
    const button = worked.querySelector("button");
    const note = worked.querySelector("[data-work-note]");
    button.disabled = true;
    note.textContent = "One moment: your browser is doing a little arithmetic, which robots find expensive.";
    work(worked.elements.namedItem("ticket").value, Number(worked.dataset.work)).then((answer) => {
      worked.elements.namedItem("work").value = answer;
      button.disabled = false;
      note.textContent = "Done. Press the button.";
    });
  }
})();
