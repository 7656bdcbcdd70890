"""Barriers in a page, as axe finds them in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# The list that select2 draws holds a button of its own; that is theirs.
THEIRS = [".select2-selection__rendered"]
# What these say may differ by width and scheme. The others read the same tree each time.
BY_LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]
# Contrast is by far the slowest to find, and the same for all that look alike in places that look
# alike: one of each is enough. An element is one more of its kind if all in it are, too.
MARK_ONE_MORE = """() => {
  const numbers = new Map(), looks = new Map(), again = new Set();
  const elements = [...document.body.querySelectorAll("*")];
  for (const each of elements) {
    const style = getComputedStyle(each);
    const look = [looks.get(each.parentElement) ?? 0, each.tagName, style.color, style.backgroundColor,
      style.backgroundImage, style.fontSize, style.fontWeight, style.opacity, style.display,
      style.visibility, style.textDecorationLine].join();
    if (numbers.has(look)) again.add(each);
    else numbers.set(look, numbers.size + 1);
    looks.set(each, numbers.get(look));
  }
  for (const each of elements.reverse()) {
    const isOneMore = again.has(each) && [...each.children].every(child => "oneMore" in child.dataset);
    if (isOneMore) each.dataset.oneMore = "";
    else delete each.dataset.oneMore;
  }
}"""
SKIP_ONE_MORE = """() => axe.configure({ rules: [
  { id: "color-contrast", selector: ":not([data-one-more])" },
  { id: "link-in-text-block", selector: ":is(a[href], [role=link]):not([data-one-more])" },
] })"""
RUN = """async ([context, options]) => {
  const { violations } = await axe.run(context, options);
  return violations.map(each => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`);
}"""
# Buttons take a tenth of a second to change their colour.
CHANGED = """() => Promise.all(document.getAnimations()
  .filter(each => each instanceof CSSTransition).map(each => each.finished))"""
# arriving.css hides some parts until they are whole: now they are.
ALL_SHOWN = """() => [...document.querySelectorAll("body > *, thead, .coin, .listbar")].every(
  part => part.matches(".top") || getComputedStyle(part).visibility === "visible")"""


def has_no_barrier(page: Page, name: str) -> None:
    """No rule of axe is broken, and nothing is wider than the screen or hidden still."""
    page.evaluate(AXE_SCRIPT)
    page.evaluate(SKIP_ONE_MORE)
    _passes(page, name, {})


def looks_right(page: Page, name: str) -> None:
    """As `has_no_barrier`, of what differs by width and scheme: where that has looked before."""
    _passes(page, name, {"runOnly": {"type": "rule", "values": BY_LOOKS}})


def _passes(page: Page, name: str, options: dict[str, object]) -> None:
    page.evaluate(MARK_ONE_MORE)
    context = {"exclude": [THEIRS]}
    found = page.evaluate(RUN, [context, {"resultTypes": ["violations"], **options}])
    assert not found, (name, found)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert page.evaluate(ALL_SHOWN), name


@contextmanager
def dark(page: Page) -> Iterator[None]:
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(CHANGED)
        if scheme == "dark":
            yield
