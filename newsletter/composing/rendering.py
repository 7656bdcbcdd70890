"""
An issue as a mail: HTML and plain text, once for all who get the same, with a few places left for
each reader.

Readers who have clicks counted get links that lead by us; all others get the addresses themselves.
"""

import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any, Protocol

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from core.addresses import absolute
from newsletter.composing import contents, texts
from newsletter.composing.contents import Contents
from newsletter.models import Issue, Link, Subscription
from newsletter.statistics import tracking_codes
from newsletter.subscribing import signed_links

# Gmail cuts a mail off after 102 kB, with the link to leave; some of that is the way there.
GMAIL_CLIPS_AT = 102_000
WARN_AT = 90_000
_INDENT = re.compile(r"\n\s+")


@dataclass(frozen=True)
class Places:
    """Placeholders that are filled in for each reader. Nobody who writes copy can name these: each
    rendering has its own.
    """

    token: str = field(default_factory=lambda: secrets.token_hex(8))

    def __getattr__(self, name: str) -> str:
        if name not in ("email", "day", "leave", "preferences", "code"):
            raise AttributeError(name)
        return f"x{self.token}{name}x"


_inliner = css_inline.CSSInliner(keep_at_rules=False, load_remote_stylesheets=False)


class Lead(Protocol):
    """A function that returns the address a link leads to in the mail."""

    def __call__(self, kind: str, url: str, label: str, story: int | None = None) -> str: ...


@dataclass(frozen=True)
class Rendered:
    """A variant: what all its readers get, with the places for each still open."""

    subject: str
    html: str
    text: str
    places: Places = field(default_factory=Places)
    has_placement: bool = False

    @cached_property
    def weight(self) -> int:
        """Bytes of the HTML part."""
        return len(self.html.encode())

    @property
    def is_heavy(self) -> bool:
        return self.weight >= WARN_AT

    @property
    def is_clipped(self) -> bool:
        return self.weight > GMAIL_CLIPS_AT

    def fill(self, delivery: int, subscription: Subscription) -> tuple[str, str]:
        """HTML and text for one reader."""
        subscriber = subscription.subscriber
        day = subscriber.confirmed_at
        return self._filled(
            {
                self.places.email: subscriber.email,
                self.places.day: f"{day.day} {day:%B %Y}" if day else "",
                self.places.leave: signed_links.to_leave(subscription),
                self.places.preferences: signed_links.link(
                    signed_links.PREFERENCES, subscriber, signed_links.IN_NEWSLETTER
                ),
                self.places.code: tracking_codes.code_for(delivery),
            }
        )

    def sample(self, email: str) -> tuple[str, str]:
        """As somebody at the desk sees it: nothing in it leaves, chooses or counts."""
        nowhere = settings.SITE_URL + reverse("newsletter")
        places = self.places
        filled = {
            places.email: email,
            places.day: "today",
            places.leave: nowhere,
            places.preferences: nowhere,
        }
        return self._filled(filled | {places.code: "0"})

    def _filled(self, values: dict[str, str]) -> tuple[str, str]:
        html, text = self.html, self.text
        for place, value in values.items():
            html, text = html.replace(place, escape(value)), text.replace(place, value)
        return html, text


def render(shown: Contents, *, counts_clicks: bool = False) -> Rendered:
    """One variant. Counting needs an issue that is being sent: its links are stored as they are
    met.
    """
    places = Places()
    lead = _Counted(shown.issue, places) if counts_clicks else direct
    context = _context(shown, lead, places)
    # Without the indents of its templates, which count in what Gmail clips at.
    page = _INDENT.sub("\n", render_to_string("newsletter/issue/mail.html", context))
    html = _inliner.inline(page)
    text = render_to_string("newsletter/issue/mail.txt", context)
    subject = " ".join(shown.subject.split())
    return Rendered(subject, html, _tidy(text), places, has_placement=shown.sponsor is not None)


def direct(kind: str, url: str, label: str, story: int | None = None) -> str:
    """Lead to the address itself, uncounted."""
    return url


class _Counted:
    """Leads by us. Finds the links of an issue with one query, and stores those that are new."""

    def __init__(self, issue: Issue, places: Places) -> None:
        self.issue = issue
        self.places = places
        self.known = {(link.kind, link.url): link.pk for link in issue.links.all()}

    def __call__(self, kind: str, url: str, label: str, story: int | None = None) -> str:
        key = (kind, url[:600])
        if key not in self.known:
            about = {"label": label[:140], "story_id": story}
            link, _ = Link.objects.get_or_create(
                issue=self.issue, kind=kind, url=key[1], defaults=about
            )
            self.known[key] = link.pk
        return settings.SITE_URL + reverse(
            "newsletter-go", args=[self.known[key], self.places.code]
        )


def _context(shown: Contents, lead: Lead, places: Places) -> dict[str, Any]:
    def address(path: str, label: str, kind: str) -> str:
        return lead(kind, absolute(path), label)

    def rows(stories: Any) -> list[tuple[Any, str]]:
        return [
            (
                story,
                lead(Link.Kind.STORY, absolute(story.path), story.headline, story.article.pk),
            )
            for story in stories
        ]

    def by_us(url: str, label: str) -> str:
        return lead(Link.Kind.OTHER, url, label)

    issue, sponsor = shown.issue, shown.sponsor
    hero = shown.lead.article.hero if shown.lead else None
    return {
        "issue": issue,
        "newsletter": issue.newsletter,
        "shown": shown,
        "intro": texts.for_mail(issue.intro, by_us),
        "intro_text": texts.as_text(issue.intro, by_us),
        "closing": texts.for_mail(issue.closing, by_us),
        "closing_text": texts.as_text(issue.closing, by_us),
        "lead": rows([shown.lead])[0] if shown.lead else None,
        "picture": _picture(hero) if hero else None,
        "before": rows(shown.before_sponsor),
        "after": rows(shown.after_sponsor),
        "discussed": rows(shown.discussed),
        "corrections": rows(shown.corrections),
        "sponsor": sponsor,
        "sponsor_url": address(
            sponsor.creative.target_url, sponsor.creative.headline, Link.Kind.PLACEMENT
        )
        if sponsor
        else "",
        "home": address("/", "Front page", Link.Kind.OTHER),
        # No person sees it; what follows it follows everything.
        "trap": address("/newsletter/?trap", Link.Kind.TRAP.label, Link.Kind.TRAP)
        if lead is not direct
        else "",
        "archived": settings.SITE_URL + issue.get_absolute_url(),
        "place": {name: getattr(places, name) for name in ("email", "day", "leave", "preferences")},
    }


@dataclass(frozen=True)
class Picture:
    url: str
    alt: str
    height: int  # at the newsletter’s width


def _picture(image: Any) -> Picture:
    url, height = texts.as_jpeg(image)
    return Picture(url, image.alt, height)


def _tidy(text: str) -> str:
    """No line ends in a space, and no more than one line is empty."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept) + "\n"


def headers(issue: Issue, delivery: int, subscription: Subscription) -> dict[str, str]:
    """Return the headers that mail programs and servers read: RFC 2369, 2919, 5064 and 8058, and
    Gmail’s Feedback-ID.
    """
    host = signed_links.host()
    return {
        **signed_links.leaving_headers(subscription),
        "List-Id": f"{_phrase(issue.newsletter.name)} <{issue.newsletter.slug}.newsletters.{host}>",
        "Feedback-ID": f"{issue.pk}:{issue.newsletter.slug}:newsletter:{_sender_id(host)}",
        "Message-ID": f"<newsletter.{tracking_codes.code_for(delivery)}@{host}>",
        "Archived-At": f"<{settings.SITE_URL}{issue.get_absolute_url()}>",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }


def _phrase(name: str) -> str:
    """A name as RFC 2919 wants it before the identifier."""
    plain = "".join(
        newsletter
        for newsletter in name
        if newsletter.isascii() and (newsletter.isalnum() or newsletter in " -")
    )
    return f'"{" ".join(plain.split()) or "Newsletter"}"'


def _sender_id(host: str) -> str:
    """The same for all our newsletters: 5 to 15 characters."""
    return ("".join(newsletter for newsletter in host if newsletter.isalnum()) + "newsletters")[:15]


def preview(issue: Issue) -> Rendered:
    """As it would be sent now, its links leading straight."""
    return render(contents.contents_of(issue))


def variants(shown: Contents) -> dict[bool, Rendered]:
    """By whether clicks are counted."""
    return {counts: render(shown, counts_clicks=counts) for counts in (True, False)}
