// Asks once whether a service outside may count this reader as well. Its script is loaded after a yes, and never for a
// browser that asks not to be tracked.
(() => {
  const KEY = "outside-analytics";
  const box = document.querySelector("[data-outside-analytics]");
  if (!box) return;
  const again = document.querySelector("[data-consent-again]");
  const asksNotTo = navigator.globalPrivacyControl || navigator.doNotTrack === "1";

  let isLoaded = false;

  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return "no"; // Nothing can be remembered, so nobody is asked on every page.
    }
  };
  const load = () => {
    isLoaded = true;
    const { kind, site, script } = box.dataset;
    const element = document.createElement("script");
    element.src = script;
    element.async = true;
    if (kind === "plausible") element.dataset.domain = site;
    if (kind === "ga4") {
      globalThis.dataLayer = globalThis.dataLayer ?? [];
      globalThis.gtag = function gtag() {
        globalThis.dataLayer.push(arguments);
      };
      globalThis.gtag("js", new Date());
      globalThis.gtag("config", site, { allow_google_signals: false });
    }
    document.head.append(element);
  };

  if (again) again.hidden = asksNotTo;
  if (asksNotTo) return;
  const answer = read();
  if (answer === "yes") load();
  box.hidden = answer === "yes" || answer === "no";

  box.addEventListener("click", ({ target }) => {
    const choice = target.closest("[data-consent]")?.dataset.consent;
    if (!choice) return;
    localStorage.setItem(KEY, choice);
    box.hidden = true;
    if (choice === "yes") load();
    else if (isLoaded) location.reload(); // What runs already cannot be taken out of the page.
  });
  again?.addEventListener("click", () => {
    box.hidden = false;
    box.querySelector("button").focus();
  });
})();
