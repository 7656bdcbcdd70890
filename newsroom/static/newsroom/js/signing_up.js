// The form of the newsletter: a ticket is fetched when it is first touched.
// Without scripts one more page with a button does the same.
(() => {
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
})();
