// What is pasted into a text keeps what it means: emphasis, headings, lists and links of word processors and pages.
// Such programs say it in style attributes, which the strict policy keeps the browser from reading.
(() => {
  const BOLD_FROM = 600;
  const LINE_BREAKS = "P,H1,H2,H3,H4,H5,H6,LI,BLOCKQUOTE,DIV,TD,TH,PRE";
  const HEADINGS = { H1: "h2", H2: "h2", H3: "h3", H4: "h3", H5: "h3", H6: "h3" };

  // The policy forbids inline styles even in a document that nobody sees: they are read under another name.
  const parsed = (html) =>
    new DOMParser().parseFromString(
      html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style=")),
      "text/html",
    );
  const styleOf = (element) => {
    const style = {};
    for (const rule of (element.dataset?.style || "").split(";")) {
      const colon = rule.indexOf(":");
      if (colon > 0) style[rule.slice(0, colon).trim().toLowerCase()] = rule.slice(colon + 1).trim().toLowerCase();
    }
    return style;
  };
  const unwrap = (element) => element.replaceWith(...element.childNodes);
  const renamed = (element, name) => {
    const fresh = element.ownerDocument.createElement(name);
    fresh.append(...element.childNodes);
    element.replaceWith(fresh);
    return fresh;
  };

  const isBold = (weight) => weight === "bold" || weight === "bolder" || parseInt(weight, 10) >= BOLD_FROM;
  const isPlain = (weight) => weight === "normal" || parseInt(weight, 10) < BOLD_FROM;
  const marksOf = (style) => {
    const marks = [];
    if (isBold(style["font-weight"])) marks.push("strong");
    if (/^(italic|oblique)/.test(style["font-style"] || "")) marks.push("em");
    if (/line-through/.test(`${style["text-decoration"]} ${style["text-decoration-line"]}`)) marks.push("s");
    if (style["vertical-align"] === "super") marks.push("sup");
    if (style["vertical-align"] === "sub") marks.push("sub");
    return marks;
  };
  // A mark around blocks would be read as none, or as one of all of them.
  const wrapContents = (element, mark) => {
    const blocks = [...element.children].filter((child) => child.matches(LINE_BREAKS));
    if (blocks.length) return blocks.forEach((block) => wrapContents(block, mark));
    if (!element.textContent.trim()) return;
    const fresh = element.ownerDocument.createElement(mark);
    fresh.append(...element.childNodes);
    element.append(fresh);
  };
  const readStyles = (root) => {
    for (const element of root.querySelectorAll("b,strong,i,em")) {
      const style = styleOf(element);
      const bold = element.matches("b,strong");
      if (bold ? isPlain(style["font-weight"]) : style["font-style"] === "normal") {
        renamed(element, "span").dataset.style = element.dataset.style || "";
      }
    }
    for (const element of root.querySelectorAll("[data-style]")) {
      if (element.matches("h1,h2,h3,h4,h5,h6")) continue; // A heading is bold already.
      for (const mark of marksOf(styleOf(element))) {
        const inHeading = mark === "strong" && element.closest("h1,h2,h3,h4,h5,h6,th");
        if (!inHeading && !element.closest(mark === "strong" ? "b,strong" : mark === "em" ? "i,em" : mark)) {
          wrapContents(element, mark);
        }
      }
    }
  };

  // Word writes a list as paragraphs, each with its bullet or number in front.
  const WORD_LIST = /mso-list\s*:\s*\w+\s+level(\d)/i;
  const levelOf = (element) => Number(WORD_LIST.exec(element.dataset?.style || "")?.[1] || 0);
  const wordLists = (root) => {
    for (const first of root.querySelectorAll("p[data-style*=mso-list],p[class*=MsoListParagraph]")) {
      if (!first.isConnected || !levelOf(first)) continue;
      const stack = [];
      let item = first;
      const place = root.ownerDocument.createElement("div");
      first.before(place);
      while (item && levelOf(item)) {
        const level = levelOf(item);
        const marker = [...item.querySelectorAll("[data-style]")].find((each) => /mso-list\s*:\s*ignore/i.test(each.dataset.style));
        const ordered = /^\s*[\dA-Za-z]{1,4}[.)]/.test(marker?.textContent || "");
        marker?.remove();
        while (stack.length && stack.at(-1).level > level) stack.pop();
        if (!stack.length || stack.at(-1).level < level) {
          const list = root.ownerDocument.createElement(ordered ? "ol" : "ul");
          (stack.at(-1)?.list.lastElementChild || place).append(list);
          stack.push({ level, list });
        }
        const li = root.ownerDocument.createElement("li");
        const next = item.nextElementSibling;
        const text = root.ownerDocument.createElement("p");
        text.append(...item.childNodes);
        li.append(text);
        stack.at(-1).list.append(li);
        item.remove();
        item = next;
      }
      unwrap(place);
    }
  };

  const address = (href) => {
    try {
      const url = new URL(href);
      if (url.hash && url.href.startsWith(location.href.split("#")[0])) return ""; // within the text that was copied
      const inner = /(^|\.)google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url" && (url.searchParams.get("q") || url.searchParams.get("url"));
      if (inner && /^https?:/.test(inner)) return inner;
      return /^(https?|mailto):/.test(url.protocol) ? href : "";
    } catch {
      return "";
    }
  };

  const cleaned = (html) => {
    const root = parsed(html).body;
    let pictures = 0;
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
    const comments = [];
    while (walker.nextNode()) comments.push(walker.currentNode);
    comments.forEach((comment) => comment.remove());
    const GONE = "style,script,meta,link,title,xml,del,[class*=msoDel],[data-style*='mso-element:comment'],.MsoCommentReference,[data-style*='mso-element:footnote'],[data-style*='display:none'],[data-style*='display: none'],br.Apple-interchange-newline,colgroup";
    root.querySelectorAll(GONE).forEach((element) => element.remove());
    wordLists(root);
    readStyles(root);
    for (const image of root.querySelectorAll("img,picture,svg,video,iframe")) {
      if (image.matches("img") && image.hasAttribute("data-file")) continue;
      pictures += image.matches("img,iframe,video");
      image.remove();
    }
    for (const figure of root.querySelectorAll("figure")) if (!figure.querySelector("img,table")) figure.remove();
    for (const gap of root.querySelectorAll("br")) {
      if ([...gap.parentElement.children].some((each) => each.matches(LINE_BREAKS))) gap.remove();
    }
    for (const title of root.querySelectorAll("p[class*=MsoTitle],p[class*=MsoSubtitle]")) renamed(title, "h2");
    for (const heading of root.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
      const fresh = renamed(heading, HEADINGS[heading.tagName]);
      fresh.querySelectorAll("b,strong").forEach(unwrap);
      if (!fresh.textContent.trim()) fresh.remove();
    }
    for (const link of root.querySelectorAll("a")) {
      const href = address(link.getAttribute("href") || "");
      if (href) link.setAttribute("href", href);
      else if (/^\[?([\divx]{1,5}|[a-z]{1,2}\d*)\]?$/i.test(link.textContent.trim())) link.remove(); // of a note
      else unwrap(link);
    }
    for (const empty of [...root.querySelectorAll("b,strong,i,em,s,sup,sub,span,p")].reverse()) {
      if (!empty.textContent.trim() && !empty.querySelector("img,br + br")) {
        if (empty.matches("p")) empty.remove();
        else unwrap(empty);
      }
    }
    root.querySelectorAll("*").forEach((element) => {
      element.removeAttribute("data-style");
      if (element.localName.includes(":")) unwrap(element);
    });
    return { html: root.innerHTML, pictures };
  };

  const say = (editor, text) => {
    let place = editor.closest("form").querySelector("[data-kept]");
    if (!place) {
      place = document.createElement("p");
      place.setAttribute("role", "status");
      place.dataset.kept = "";
      editor.after(place);
    }
    place.textContent = text;
  };

  document.addEventListener(
    "paste",
    (event) => {
      const editor = event.target.closest?.(".ProseMirror");
      const html = event.clipboardData?.getData("text/html");
      if (!editor || !html || event.isCleaned || html.includes("data-pm-slice")) return;
      const { html: clean, pictures } = cleaned(html);
      const data = new DataTransfer();
      data.setData("text/html", clean);
      data.setData("text/plain", event.clipboardData.getData("text/plain"));
      const again = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      again.isCleaned = true;
      event.preventDefault();
      event.stopImmediatePropagation();
      event.target.dispatchEvent(again);
      if (pictures) {
        const what = pictures === 1 ? "A picture or embed was" : `${pictures} pictures or embeds were`;
        say(editor, `${what} left out of what you pasted. Upload pictures with the picture button.`);
      }
    },
    true,
  );
})();
