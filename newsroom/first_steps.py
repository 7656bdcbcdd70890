"""Steps that an empty publication still needs before its first readers, in the order of work."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, QuerySet
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
    """For whoever keeps the publication; none once all are done. One query."""
    if not user.has_perm("newsroom.change_publication"):
        return []
    asked = _asked(user)
    person = get_user_model().objects.filter(pk=user.pk)  # one row, to hang the answers on
    done = person.values_list(*(Exists(rows) for *_, rows in asked)).get()
    found = [
        Step(label, help_text, reverse(f"admin:{page}"), is_done)
        for (label, help_text, page, _), is_done in zip(asked, done, strict=True)
    ]
    return [] if all(done) else found


def _asked(user: Any) -> list[tuple[str, str, str, QuerySet[Any]]]:
    """Label, help text, page, and the rows of which one shows that the step was taken."""
    colleagues = get_user_model().objects.filter(is_staff=True, is_superuser=False)
    return [
        (
            "Name the publication",
            "Its name, tagline, owner, address and contact e-mail, as the footer and mails say them.",
            "newsroom_publication_changelist",
            Publication.objects.exclude(contact_email=""),
        ),
        (
            "Add sections",
            "They are the site’s menu. Five to seven fit on a phone.",
            "articles_section_add",
            Section.objects.all(),
        ),
        (
            "Write the about pages",
            "Editorial standards, privacy, contact. The footer links them.",
            "newsroom_aboutpage_add",
            AboutPage.objects.all(),
        ),
        (
            "Add the people who work here",
            "An account for each, with a role: authors, editors, moderators, ad operations.",
            "auth_user_add",
            colleagues.exclude(pk=user.pk),
        ),
        (
            "Add authors",
            "Bylines with a page of their own. Link each to an account.",
            "articles_author_add",
            Author.objects.all(),
        ),
        (
            "Check the coins",
            "Seventeen are there. If no price comes within five minutes, see Price sources.",
            "ticker_coin_changelist",
            Quote.objects.filter(is_sample=False),
        ),
        (
            "Set up a newsletter",
            "Its days, its hour and its sender. Nothing is sent before a reader confirms.",
            "newsletter_newsletter_add",
            Newsletter.objects.all(),
        ),
        (
            "Publish the first story",
            "Write, preview, publish: readers have it within a second.",
            "articles_article_add",
            Article.objects.published(),
        ),
    ]
