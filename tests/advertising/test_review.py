"""A placement from the first draft to the decision: who may, what is pinned, who is told."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from advertising.campaigns import review, running
from advertising.models import CreativePicture, Placement, ReviewDecision
from articles.models import Article

from ..factories import (
    DraftBannerFactory,
    DraftPaidStoryFactory,
    QuoteFactory,
    SectionFactory,
    UserFactory,
    add_version,
    member_of,
    png,
)

pytestmark = pytest.mark.django_db


def submitted(**kwargs) -> Placement:
    placement = DraftBannerFactory(**kwargs)
    review.submit(placement, None)
    return placement


def paid_text(words: int = 130) -> str:
    return "Every December an e-mail arrives.\n\n## What it asks\n\n" + "word " * words


def test_approving_pins_the_copy_and_names_the_editor():
    placement, editor = submitted(), member_of("Ad desk")
    review.approve(placement, editor, version=1)
    assert placement.approved_creative.version == 1
    assert placement.state == ("running", "Running")
    assert ReviewDecision.objects.get(new_status="approved").by == editor


def test_an_edit_waits_while_the_approved_copy_stays(client):
    placement = submitted()
    review.approve(placement, None)
    add_version(placement, alt="Another picture")
    review.submit(placement, None)
    placement.refresh_from_db()
    assert placement.status == "submitted"
    assert placement.approved_creative.version == 1
    page = client.get("/newsletter/").content.decode()
    assert list(Placement.objects.live()) == [placement]
    assert "Another picture" not in page


def test_a_version_that_arrived_while_the_editor_read_is_not_approved():
    placement = submitted()
    add_version(placement)
    review.submit(placement, None)
    with pytest.raises(ValidationError, match="newer version"):
        review.approve(placement, None, version=1)
    placement.refresh_from_db()
    assert placement.status == "submitted"
    assert placement.approved_creative is None


@pytest.mark.parametrize("decide", [review.request_changes, review.reject])
def test_no_without_a_reason(decide):
    placement = submitted()
    with pytest.raises(ValidationError, match="Write a reason"):
        decide(placement, None, "  ")
    placement.refresh_from_db()
    assert placement.status == "submitted"


def test_the_reason_is_mailed_to_the_advertisers_people(committed):
    placement = submitted()
    placement.advertiser.members.add(UserFactory(email="ada@palisade.example"))
    with committed():
        review.request_changes(placement, None, "Please take out “guaranteed”.")
    assert sorted(message.to[0] for message in mail.outbox) == [
        "ada@palisade.example",
        "desk@palisade.example",
    ]
    assert "take out “guaranteed”" in mail.outbox[0].body


def test_nobody_but_the_desk_decides():
    placement = submitted()
    for person in (UserFactory(), member_of("Moderators"), member_of("Authors")):
        with pytest.raises(PermissionDenied):
            review.approve(placement, person)


def test_a_draft_cannot_be_approved_unseen():
    with pytest.raises(ValidationError, match="cannot become"):
        review.approve(DraftBannerFactory(), None)


def test_rejected_is_off_the_pages():
    placement = submitted()
    review.approve(placement, None)
    running.stop(placement, None, "The address leads elsewhere now.", take_down=True)
    assert not Placement.objects.live().exists()


def test_an_approved_sponsored_article_is_an_article_under_its_label(client, noon):
    SectionFactory()
    placement = DraftPaidStoryFactory()
    add_version(
        placement,
        text=paid_text(),
        headline="What an auditor wants",
        disclosure="Palisade paid $1,800.",
    )
    review.submit(placement, None)
    assert not Article.objects.exists()
    review.approve(placement, None)
    article = Article.objects.published().get()
    assert article.paid_by == placement.advertiser.name
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Palisade paid $1,800." in page
    assert "<h2>What it asks</h2>" in page
    assert 'rel="sponsored nofollow noopener"' in page


def test_the_text_of_an_advertiser_is_inert(client):
    SectionFactory()
    placement = DraftPaidStoryFactory(product="press_release")
    add_version(
        placement, text="<script>alert(1)</script>\n\n" + paid_text(), headline="<b>Bold</b>"
    )
    review.submit(placement, None)
    review.approve(placement, None)
    page = client.get(Article.objects.get().get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<b>Bold" not in page


def test_a_second_approval_changes_the_same_article():
    SectionFactory()
    placement = DraftPaidStoryFactory()
    for headline in ("First", "Second"):
        add_version(placement, text=paid_text(), headline=headline)
        review.submit(placement, None)
        review.approve(placement, None)
    assert Article.objects.get().title == "Second"


def test_rejecting_a_sponsored_article_withdraws_it():
    SectionFactory()
    placement = DraftPaidStoryFactory()
    add_version(placement, text=paid_text(), headline="First")
    review.submit(placement, None)
    review.approve(placement, None)
    running.stop(placement, None, "It is not true any more.", take_down=True)
    assert not Article.objects.published().exists()


def test_a_decision_cannot_be_deleted():
    submitted()
    with pytest.raises(ValidationError):
        ReviewDecision.objects.get().delete()


def test_nothing_of_the_approved_text_is_lost():
    """A first paragraph too long to stand first opens the body instead."""
    SectionFactory()
    for first in ("short. FIRSTWORD", "w " * 200 + "FIRSTWORD"):
        placement = DraftPaidStoryFactory(product="press_release")
        add_version(placement, text=f"{first}\n\n{'word ' * 120}\n\nLASTWORD", headline="Whole")
        review.submit(placement, None)
        review.approve(placement, None)
        placement.refresh_from_db()
        assert "FIRSTWORD" in placement.article.standfirst + placement.article.body
        assert "LASTWORD" in placement.article.body


def test_a_sponsored_article_brings_its_picture(client, noon):
    SectionFactory()
    placement = DraftPaidStoryFactory()
    creative = add_version(placement, text=paid_text(), headline="With a picture")
    file = ContentFile(png(1280, 720), "picture.png")
    CreativePicture.objects.create(creative=creative, size="1280x720", file=file)
    review.submit(placement, None)
    review.approve(placement, None)
    placement.refresh_from_db()
    hero = placement.article.hero
    assert (hero.width, hero.height, hero.alt) == (1280, 720, "Concentric rings")
    assert client.get(placement.article.get_absolute_url()).status_code == 200


def test_an_address_cannot_shed_its_relation(client, noon):
    """Double brackets in an address are no chip: its tag would end there."""
    QuoteFactory()
    SectionFactory()
    placement = DraftPaidStoryFactory()
    add_version(
        placement,
        text=paid_text(),
        headline="Brackets",
        target_url="https://palisade.example/?[[BTC]]",
    )
    review.submit(placement, None)
    review.approve(placement, None)
    placement.refresh_from_db()
    page = client.get(placement.article.get_absolute_url()).content.decode()
    assert '<a href="https://palisade.example/?[[BTC]]" rel="sponsored nofollow noopener">' in page
