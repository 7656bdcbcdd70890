"""The rules for HTML in mails: read by a parser that forgives nothing, and by the rules of mail
programs.
"""

import itertools
import re
from xml.etree import ElementTree

import html5lib

# Elements that mail programs drop or distrust.
FORBIDDEN = {
    "script",
    "form",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "link",
    "svg",
    "input",
    "button",
}
PLACE = re.compile(r"x[0-9a-f]{16}\w+x")  # what is filled in for each reader
NS = "{http://www.w3.org/1999/xhtml}"


def validate(html: str) -> ElementTree.Element:
    """Raise AssertionError for what the standard calls an error, and for what mails should not
    have.
    """
    parser = html5lib.HTMLParser(strict=True)  # Raises ParseError at the first one.
    tree = parser.parse(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    names = {element.tag.removeprefix(NS) for element in elements}
    assert not names & FORBIDDEN, names & FORBIDDEN
    for element in elements:
        name = element.tag.removeprefix(NS)
        if name == "img":
            assert element.get("alt"), "a picture without a description"
            assert element.get("width"), "a picture without a width"
            assert (element.get("src") or "").startswith("http"), element.get("src")
        if name == "table":
            assert element.get("role") == "presentation", (
                "a table for layout that is read out as one"
            )
        if name == "a" and (address := element.get("href") or ""):
            assert address.startswith("http") or PLACE.fullmatch(address), address
    assert tree.get("lang"), "no language"
    assert tree.find(f"{NS}head/{NS}title").text, "no title"
    levels = [int(each.tag[-1]) for each in elements if re.fullmatch(rf"{NS}h[1-6]", each.tag)]
    assert levels[:1] == [1], "it does not begin with its main heading"
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels)), levels
    # Mail programs that know no style sheets see the same.
    texts = [element for element in elements if element.tag.removeprefix(NS) in ("p", "h1", "h2")]
    bare = [
        element
        for element in texts
        if "font" not in (element.get("style") or "") and not _inherits(tree, element)
    ]
    assert not bare, [ElementTree.tostring(each)[:100] for each in bare]
    return tree


def _inherits(tree: ElementTree.Element, wanted: ElementTree.Element) -> bool:
    """Return whether an element around it sets its style."""
    parents = {child: parent for parent in tree.iter() for child in parent}
    element = wanted
    while element in parents:
        element = parents[element]
        if "font" in (element.get("style") or ""):
            return True
    return False
