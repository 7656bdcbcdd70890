"""The desk’s form of a story, as a browser sends it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from articles.models import Article
from articles.publishing import revisions

from ...factories import AuthorFactory, DraftArticleFactory, member_of

KEY = "0123456789abcdef" * 2  # of a form


@pytest.fixture
def editor(client: Any) -> Any:
    user = member_of("Editors", username="maren", first_name="Maren", last_name="Oduya")
    client.force_login(user)
    return user


@pytest.fixture
def draft() -> Article:
    """A draft with its first version."""
    article = DraftArticleFactory(
        title="The clause", authors=[AuthorFactory()], body="<p>It is short.</p>"
    )
    revisions.keep(article, None)
    return article


def address(article: Article, name: str = "change", *args: Any) -> str:
    return reverse(f"admin:articles_article_{name}", args=[article.pk, *args])


def form_of(article: Article, **changes: Any) -> dict[str, Any]:
    byline = article.bylines.first()
    data = {
        "title": article.title,
        "slug": article.slug,
        "standfirst": article.standfirst,
        "kind": article.kind,
        "section": article.section_id,
        "body": article.body,
        "seen_revision": article.revision,
        "autosave_key": KEY,
        "hero": article.hero_id or "",
        "comments_open": "on",
        "bylines-TOTAL_FORMS": 1,
        "bylines-INITIAL_FORMS": 1,
        "bylines-0-id": byline.pk,
        "bylines-0-article": article.pk,
        "bylines-0-author": byline.author_id,
        "bylines-0-position": byline.position,
        "article_coins-TOTAL_FORMS": 0,
        "article_coins-INITIAL_FORMS": 0,
        "corrections-TOTAL_FORMS": 0,
        "corrections-INITIAL_FORMS": 0,
        "_continue": "1",
    }
    return data | changes


@pytest.fixture
def save(client: Any) -> Callable[..., str]:
    """Send the form; return the page that follows."""

    def send(article: Article, **changes: Any) -> str:
        return client.post(
            address(article), form_of(article, **changes), follow=True
        ).content.decode()

    return send
