"""The export of a whole site: the tables, in an order that can be read, and what is left out of
their rows.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from core import raw_rows

FORMAT = 1
# By their names, since some are of apps above this one. Neither money nor advertisers, nor what is only
# of use while the site runs: jobs, log-ins, sessions, deliveries.
TABLES = (
    *("auth.User", "account.EmailAddress"),
    *("newsroom.Publication", "newsroom.AboutPage"),
    *("ticker.Coin", "ticker.FormerCoinSlug"),
    *("articles.Image", "articles.Section", "articles.Tag", "articles.Author", "articles.Holding"),
    *("articles.Article", "articles.Article_tags", "articles.Byline", "articles.ArticleCoin"),
    *("articles.RelatedPick", "articles.FrontPick", "articles.Correction", "articles.StatusChange"),
    *("articles.Revision", "articles.FormerSlug", "articles.Redirect"),
    *("comments.ConversationSettings", "comments.RemovalReason", "comments.Rule", "comments.Ban"),
    *("django_comments.Comment", "django_comments_xtd.XtdComment", "comments.AnswerBeside"),
    *("comments.FeaturedComment", "comments.CommentStats", "comments.Reaction", "comments.Edit"),
    *("newsletter.Newsletter", "newsletter.Issue", "newsletter.Item", "newsletter.Link"),
    *("newsletter.SubscriberTag", "newsletter.Subscriber", "newsletter.Subscriber_tags"),
    "newsletter.Subscription",
    *("audience.Page", "audience.DailyViews", "audience.DailySource", "audience.DailyVisitors"),
    *("advertising.Rate", "advertising.RateCardText"),
)
# In place of what is not exported: who signs in anew chooses a password by mail.
INSTEAD = {"auth.User": {"password": "!", "last_login": None}}


def models() -> Iterator[tuple[str, type[Model]]]:
    auto = {each._meta.label: each for each in apps.get_models(include_auto_created=True)}
    for label in TABLES:
        yield label, auto[label]


def rows_of(label: str, model: type[Model]) -> Iterator[dict[str, Any]]:
    """Each row by the names of its columns; kinds of content by their names, not their numbers."""
    fields = raw_rows.fields_of(model)
    kinds = {kind.pk: f"{kind.app_label}.{kind.model}" for kind in ContentType.objects.all()}
    rows = model._base_manager.order_by("pk").values_list(*(each.attname for each in fields))
    for row in rows.iterator(raw_rows.ROWS_AT_ONCE):
        told = {field.attname: value for field, value in zip(fields, row, strict=True)}
        for field in fields:
            if field.related_model is ContentType and told[field.attname]:
                told[field.attname] = kinds[told[field.attname]]
        yield told | INSTEAD.get(label, {})
