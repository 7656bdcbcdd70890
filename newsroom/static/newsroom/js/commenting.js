// A vote counts where it stands. Without this, the button goes to the server and back.
document.getElementById("react")?.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (!button?.name) return;
  event.preventDefault();
  const options = { method: "POST", body: new URLSearchParams({ [button.name]: button.value }) };
  const response = await fetch(event.target.action, { ...options, headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const counts = await response.json();
  for (const each of button.closest("footer").querySelectorAll("button[form=react]"))
    each.querySelector("[data-count]").textContent = counts[each.name];
});

// Makes posting one step and answering possible in place. Without it the form goes by a preview page.
(() => {
  const form = document.getElementById("comment-form");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  // Whoever is signed in may change what they said a moment ago.
  const offerChange = (number) => {
    const footer = document.querySelector(`#c${number} footer`);
    if (!footer || footer.querySelector("[data-change]")) return;
    const link = Object.assign(document.createElement("a"), { href: `/comments/${number}/change/`, textContent: "Change" });
    link.dataset.change = "";
    footer.append(link);
  };

  // Moderators go from a comment to the desk. The page itself is the same for everybody.
  const offerModeration = () => {
    for (const footer of document.querySelectorAll("[id^=c]:not(.comment--removed) > footer")) {
      if (footer.querySelector("[data-moderate]")) continue;
      const number = footer.parentElement.id.slice(1);
      const link = Object.assign(document.createElement("a"), {
        href: `/admin/comments/sitecomment/${number}/change/`,
        textContent: "Moderate",
      });
      link.dataset.moderate = "";
      footer.append(link);
    }
  };

  // Storage may be closed to us: then the form asks when it is touched.
  const remember = (value) => {
    try {
      localStorage.setItem("known", value);
    } catch {}
  };
  const isRemembered = () => {
    try {
      return Boolean(localStorage.getItem("known"));
    } catch {
      return false;
    }
  };

  // Whoever is known need not say who they are. Their next page asks by itself, before they begin to write.
  const greet = (known) => {
    const who = form.querySelector("[data-who]");
    const isTyped = [...who.elements].some((input) => input.value);
    const wasThere = who.contains(document.activeElement);
    remember(known ? "1" : "");
    who.hidden = who.disabled = Boolean(known) && !isTyped;
    form.querySelector("[data-remember]").hidden = who.hidden;
    form.querySelector("[data-known]").hidden = !who.hidden;
    if (!who.hidden) return;
    form.querySelector("[data-known-name]").textContent = known.name;
    form.querySelector("[data-known-reader]").hidden = known.is_account;
    if (wasThere) field("comment").focus();
  };

  // The page is the same for every reader and holds no token: fetch them when somebody begins to write.
  const fetchTokens = async () => {
    const query = new URLSearchParams({
      content_type: field("content_type").value,
      object_pk: field("object_pk").value,
    });
    const response = await fetch(`${form.dataset.tokens}?${query}`, { credentials: "same-origin" });
    if (!response.ok) throw new Error("no tokens");
    const { mine, known, moderates, ...tokens } = await response.json();
    for (const number of mine) offerChange(number);
    if (moderates) offerModeration();
    greet(known);
    for (const [name, value] of Object.entries(tokens)) {
      const input = field(name) || form.appendChild(document.createElement("input"));
      Object.assign(input, { type: "hidden", name, value });
    }
    form.action = form.dataset.post;
  };
  let fetched = false;
  let pending = null;
  const touch = () => {
    if (fetched || pending) return;
    fetched = true;
    pending = fetchTokens()
      .catch(() => {
        fetched = false; // The preview page still works.
      })
      .finally(() => {
        pending = null;
      });
  };
  form.addEventListener("focusin", touch);
  if (isRemembered())
    new IntersectionObserver(([seen]) => seen.isIntersecting && touch()).observe(form);
  form.addEventListener("submit", (event) => {
    if (field("remember").checked) remember("1");
    if (!pending) return;
    event.preventDefault();
    // A form cannot be sent from within its own submit event.
    pending.then(() => setTimeout(() => form.requestSubmit()));
  });
  // Coming back with the Back button, the form needs fresh tokens.
  addEventListener("pageshow", (event) => {
    if (event.persisted) fetched = false;
  });

  // The form goes where the answer will stand, and back.
  const respond = document.getElementById("respond");
  const home = respond.parentElement;
  const answers = form.querySelector("[data-answers]");
  const answer = (number, name) => {
    field("reply_to").value = number;
    form.querySelector("[data-answers-name]").textContent = name;
    answers.hidden = !number;
    if (number) document.getElementById(`c${number}`).after(respond);
    else home.append(respond);
  };
  for (const link of document.querySelectorAll("[data-reply]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      answer(link.dataset.reply, link.dataset.name);
      respond.scrollIntoView({ block: "nearest", behavior: "instant" });
      field(field("name").value || form.querySelector("[data-who]").disabled ? "comment" : "name").focus({ preventScroll: true });
    });
  }
  form.querySelector("[data-answers-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    const answered = document.getElementById(`c${field("reply_to").value}`);
    answer("", "");
    answered?.querySelector("[data-reply]")?.focus();
  });
})();
