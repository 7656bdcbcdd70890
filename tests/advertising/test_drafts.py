"""Drafts of advertisers: deleted by whom they belong to, asked first, and not without number."""

import pytest
from django.core.files.storage import default_storage

from advertising.campaigns import drafting, review
from advertising.models import Creative, Membership, Placement, Role

from ..factories import AdvertiserFactory, DraftBannerFactory, UserFactory
from .test_submitting import NEW, banner

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(advertiser):
    return DraftBannerFactory(advertiser=advertiser)


def address(placement):
    return f"/partners/placements/{placement.pk}/delete/"


def test_it_asks_and_then_the_draft_is_gone_with_its_pictures(client, draft, committed):
    names = [each.file.name for each in draft.latest_creative.pictures.all()]
    form = client.get(f"/partners/placements/{draft.pk}/").content.decode()
    assert address(draft) in form
    asks = client.get(address(draft)).content.decode()
    assert "This cannot be undone" in asks
    assert Placement.objects.exists()
    with committed():
        answer = client.post(address(draft), follow=True)
    assert "is deleted" in answer.content.decode()
    assert not Placement.objects.exists()
    assert not Creative.objects.exists()
    assert not any(map(default_storage.exists, names))


def test_what_the_desk_has_seen_stays(client, draft):
    review.submit(draft, None)
    answer = client.post(address(draft), follow=True)
    assert "sent to the desk already" in answer.content.decode()
    # Decisions are never deleted, nor what they are about, whatever its status says.
    Placement.objects.update(status="draft")
    assert "sent to the desk already" in client.post(address(draft), follow=True).content.decode()
    assert Placement.objects.get().latest_creative
    page = client.get(f"/partners/placements/{draft.pk}/check/").content.decode()
    assert address(draft) not in page


def test_only_its_own_people_who_submit_delete_it(client, draft):
    other = DraftBannerFactory(advertiser=AdvertiserFactory())
    assert client.post(address(other)).status_code == 404
    reader = UserFactory()
    Membership.objects.create(user=reader, advertiser=draft.advertiser, role=Role.READER)
    client.force_login(reader)
    assert client.post(address(draft)).status_code == 404
    client.logout()
    assert client.post(address(draft)).status_code == 302
    assert Placement.objects.count() == 2


def test_one_too_many_is_refused_in_a_sentence_and_what_was_typed_stands(
    client, draft, monkeypatch
):
    monkeypatch.setattr(drafting, "MOST_DRAFTS", 1)
    answer = client.post(NEW, banner(title="One more", do="draft"))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "You have 1 drafts. Submit or delete one" in page
    assert "One more" in page
    assert Placement.objects.get() == draft
    # One that is there already is saved as ever, and what was submitted does not count.
    assert client.post(f"/partners/placements/{draft.pk}/", banner(do="draft")).status_code == 302
    review.submit(draft, None)
    assert client.post(NEW, banner(title="One more", do="draft")).status_code == 302
