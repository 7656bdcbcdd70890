"""The status of a story: who may change it, when, and what is noted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Article, ArticleCoin
from articles.publishing import workflow
from ticker.models import Quote

from ..factories import (
    CoinFactory,
    DraftArticleFactory,
    PublishedArticleFactory,
    QuoteFactory,
    member_of,
)

pytestmark = pytest.mark.django_db


def test_an_editor_publishes_and_the_change_names_who_and_when(noon):
    article, editor = DraftArticleFactory(), member_of("Editors")
    workflow.publish(article, editor)
    assert Article.objects.published().get() == article
    change = article.status_changes.get()
    assert (change.by, change.old_status, change.new_status, change.at) == (
        editor,
        "draft",
        "published",
        timezone.now(),
    )


def test_an_author_cannot_publish():
    article = DraftArticleFactory()
    with pytest.raises(PermissionDenied):
        workflow.publish(article, member_of("Authors"))
    article.refresh_from_db()
    assert article.status == "draft"


def test_an_author_hands_in_and_the_desk_returns():
    article, author = DraftArticleFactory(), member_of("Authors")
    workflow.submit(article, author)
    assert article.status == "in_review"
    workflow.return_to_draft(article, author)
    assert article.status == "draft"


@pytest.mark.parametrize(("field", "value"), [("standfirst", ""), ("hero", None), ("body", "")])
def test_what_is_missing_is_named_and_nothing_changes(field, value):
    article = DraftArticleFactory(**{field: value})
    with pytest.raises(ValidationError) as refusal:
        workflow.publish(article, None)
    assert field in refusal.value.message_dict
    article.refresh_from_db()
    assert article.status == "draft"
    assert not article.status_changes.exists()


def test_a_time_in_the_future_schedules(noon):
    article = DraftArticleFactory()
    workflow.publish(article, None, at=timezone.now() + timedelta(hours=1))
    assert not Article.objects.published().exists()
    noon.shift(timedelta(hours=1))
    assert Article.objects.published().exists()


def test_publishing_again_keeps_the_time(noon):
    article = DraftArticleFactory()
    workflow.publish(article, None)
    first = article.published_at
    noon.shift(timedelta(hours=1))
    workflow.publish(article, None)
    assert article.published_at == first


def test_withdrawn_is_no_longer_public_and_may_come_back():
    article = PublishedArticleFactory()
    workflow.withdraw(article, None)
    assert not Article.objects.published().exists()
    workflow.publish(article, None)
    assert Article.objects.published().exists()


def test_a_draft_cannot_be_unpublished():
    with pytest.raises(ValidationError, match="draft cannot become unpublished"):
        workflow.withdraw(DraftArticleFactory(), None)


def test_the_price_at_publication_is_kept_when_the_story_is_published_again():
    article, quote = DraftArticleFactory(), QuoteFactory(price=100)
    about = ArticleCoin.objects.create(article=article, coin=quote.coin)
    workflow.publish(article, None)
    Quote.objects.update(price=110)
    workflow.publish(article, None)
    about.refresh_from_db()
    assert about.price_at_publication == Decimal(100)


def test_an_old_or_sample_price_is_not_noted():
    article = DraftArticleFactory()
    QuoteFactory(coin=CoinFactory(), price=100, is_sample=True)
    about = ArticleCoin.objects.create(article=article, coin=CoinFactory())
    workflow.publish(article, None)
    about.refresh_from_db()
    assert about.price_at_publication is None


def test_the_price_of_a_scheduled_story_is_noted_when_it_comes_out(noon):
    article, coin = DraftArticleFactory(), CoinFactory()
    about = ArticleCoin.objects.create(article=article, coin=coin)
    QuoteFactory(coin=coin, price=100)
    workflow.publish(article, None, at=timezone.now() + timedelta(hours=1))
    workflow.note_what_came_out.call()
    about.refresh_from_db()
    assert about.price_at_publication is None
    noon.shift(timedelta(hours=1, minutes=1))
    Quote.objects.update(price=105, quoted_at=timezone.now())
    workflow.note_what_came_out.call()
    about.refresh_from_db()
    assert about.price_at_publication == Decimal(105)


def test_the_database_refuses_a_published_story_without_a_time():
    with pytest.raises(IntegrityError), transaction.atomic():
        DraftArticleFactory(status="published")


def test_the_database_refuses_a_paid_piece_without_its_payer():
    with pytest.raises(IntegrityError), transaction.atomic():
        DraftArticleFactory(kind="sponsored")


def test_whatever_the_way_in_the_stored_body_is_safe():
    article = DraftArticleFactory(body="<p>Fine</p><script>alert(1)</script>")
    assert article.body == "<p>Fine</p>"


def test_a_moderator_changes_no_status():
    """They may see stories; that is not changing them."""
    article, moderator = PublishedArticleFactory(), member_of("Moderators")
    workflow.withdraw(article, None)
    for change in (workflow.return_to_draft, workflow.submit, workflow.publish):
        with pytest.raises(PermissionDenied):
            change(article, moderator)


def test_an_author_cannot_take_back_what_was_withdrawn():
    article, author = PublishedArticleFactory(), member_of("Authors")
    workflow.withdraw(article, None)
    with pytest.raises(PermissionDenied):
        workflow.return_to_draft(article, author)


def test_publishing_a_scheduled_story_without_a_time_brings_it_out_now(noon):
    article = DraftArticleFactory()
    workflow.publish(article, None, at=timezone.now() + timedelta(days=1))
    workflow.publish(article, None)
    assert article.published_at == timezone.now()
    assert article.status_in_words == "Published"
