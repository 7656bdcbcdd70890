"""What an empty publication still needs before its first readers, in the order of work."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse

from articles.models import Article, Author, Section
from newsletter.models import Newsletter
from newsroom.models import AboutPage, Publication
from ticker.models import Quote


@dataclass(frozen=True)
class Step:
    label: str
    help_text: str
    url: str
    done: bool


def steps(user: Any) -> list[Step]:
    """For whoever keeps the publication; none once all are done."""
    if not user.has_perm("newsroom.change_publication"):
        return []
    found = list(_all(user))
    return found if any(not step.done for step in found) else []


def _all(user: Any) -> Iterator[Step]:
    named = Publication.objects.exclude(contact_email="")
    yield _step(
        "Name the publication",
        "Its name, tagline, owner, address and contact e-mail, as the footer and mails say them.",
        "newsroom_publication_changelist",
        named,
    )
    yield _step(
        "Add sections",
        "They are the site’s menu. Five to seven fit on a phone.",
        "articles_section_add",
        Section.objects.all(),
    )
    yield _step(
        "Write the about pages",
        "Editorial standards, privacy, contact. The footer links them.",
        "newsroom_aboutpage_add",
        AboutPage.objects.all(),
    )
    yield _step(
        "Add the people who work here",
        "An account for each, with a role: authors, editors, moderators, ad operations.",
        "auth_user_add",
        get_user_model().objects.filter(is_staff=True).exclude(pk=user.pk),
    )
    yield _step(
        "Add authors",
        "Bylines with a page of their own. Link each to an account.",
        "articles_author_add",
        Author.objects.all(),
    )
    yield _step(
        "Check the coins",
        "Seventeen are there. Their prices come within two minutes of the scheduler’s start.",
        "ticker_coin_changelist",
        Quote.objects.filter(is_sample=False),
    )
    yield _step(
        "Set up a newsletter",
        "Its days, its hour and its sender. Nothing is sent before a reader confirms.",
        "newsletter_newsletter_add",
        Newsletter.objects.all(),
    )
    yield _step(
        "Publish the first story",
        "Write, preview, publish: readers have it within a second.",
        "articles_article_add",
        Article.objects.published(),
    )


def _step(label: str, help_text: str, page: str, made: QuerySet[Any]) -> Step:
    return Step(label, help_text, reverse(f"admin:{page}"), made.exists())
