"""Log-ins are noted, the desk’s end after a day, and it may ask for a second factor."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from advertising.models import Membership, Order
from newsroom.models import LogIn
from newsroom.operations import log_ins

from ..factories import AdvertiserFactory, UserFactory, member_of

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word"


@pytest.fixture
def editor():
    user = UserFactory(
        username="ada", email="ada@finality.example", is_staff=True, is_superuser=True
    )
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, name, password=PASSWORD):
    return client.post("/accounts/login/", {"login": name, "password": password})


@pytest.mark.parametrize("name", ["ada", "ada@finality.example"])
def test_log_ins_and_refused_ones_are_noted_without_a_whole_address(client, editor, name, caplog):
    log_in(client, name, "wrong")
    log_in(client, name)
    assert list(LogIn.objects.values_list("user", "succeeded", "network")) == [
        (editor.pk, True, "127.0.0.0"),
        (editor.pk, False, "127.0.0.0"),
    ]
    assert [record.message for record in caplog.records if "log-in" in record.message] == [
        "log-in refused",
        "log-in",
    ]


def test_a_name_that_is_nobodys_is_not_kept(client):
    """People type their passwords into that field."""
    log_in(client, "my secret password", "x")
    assert list(LogIn.objects.values_list("user", "succeeded")) == [(None, False)]


def test_the_desk_shows_log_ins_and_changes(client, editor):
    log_in(client, "ada")
    for page in ("newsroom/login", "admin/logentry"):
        assert client.get(f"/admin/{page}/").status_code == 200
    assert client.get("/admin/newsroom/login/add/").status_code == 403


def test_a_session_of_the_desk_ends_after_a_day_and_an_open_form_is_still_saved(
    client, editor, noon
):
    log_in(client, "ada")
    noon.shift(log_ins.STAFF_SESSION.total_seconds() - 1)
    assert client.get("/admin/").status_code == 200
    noon.shift(2)
    saved = client.post("/admin/articles/tag/add/", {"name": "Custody", "slug": "custody"})
    assert saved.status_code == 302
    assert "/login/" not in saved["Location"]
    ended = client.get("/admin/articles/tag/")
    assert (ended.status_code, ended["Location"]) == (
        302,
        "/accounts/login/?next=/admin/articles/tag/",
    )
    assert client.get("/admin/").status_code == 302


def test_a_second_factor_is_asked_of_staff_where_it_is_wanted(client, editor, settings):
    log_in(client, "ada")
    assert client.get("/admin/").status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    answer = client.get("/admin/articles/article/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/2fa/").status_code == 200
    Authenticator.objects.create(user=editor, type=Authenticator.Type.TOTP, data={})
    assert client.get("/admin/articles/article/").status_code == 200


def test_staff_is_asked_wherever_it_acts_as_staff(client, settings, noon):
    order = Order.objects.create(
        advertiser=AdvertiserFactory(),
        number="2026-00001",
        placed_at=timezone.now(),
        due_on=timezone.now(),
        billed_to={},
        terms={},
        subtotal=0,
        tax=0,
    )
    person = member_of("Finance", username="finn")
    person.set_password(PASSWORD)
    person.save()
    log_in(client, "finn")
    address = reverse("order", args=[order.number])
    assert client.get(address).status_code == 200
    settings.STAFF_SECOND_FACTOR = True
    assert client.get(address)["Location"] == "/accounts/2fa/"
    assert client.get("/").status_code == 200
    settings.STAFF_SECOND_FACTOR = False
    noon.shift(log_ins.STAFF_SESSION + timedelta(seconds=1))
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_an_advertiser_stays_signed_in(client, settings, noon):
    person = UserFactory(username="pal")
    Membership.objects.create(user=person, advertiser=AdvertiserFactory(), role="owner")
    client.force_login(person)
    settings.STAFF_SECOND_FACTOR = True
    noon.shift(log_ins.STAFF_SESSION + timedelta(seconds=1))
    assert client.get("/partners/placements/").status_code == 200


def test_what_nobody_needs_any_more_goes(client, editor):
    long_ago = timezone.now() - timedelta(days=40)
    LogIn.objects.create(user=editor, succeeded=True, at=long_ago)
    Session.objects.create(session_key="old", session_data="", expire_date=long_ago)
    never, advertiser = (
        UserFactory(email=f"{name}@palisade.example", date_joined=long_ago)
        for name in ("never", "advertiser")
    )
    EmailAddress.objects.create(user=never, email=never.email, verified=False)
    EmailAddress.objects.create(user=advertiser, email=advertiser.email, verified=True)
    log_ins.tidy_accounts.call()
    assert set(get_user_model().objects.values_list("username", flat=True)) == {
        "ada",
        advertiser.username,
    }
    assert not LogIn.objects.exists()
    assert not Session.objects.exists()
