"""Several people of one advertiser: what each may do, how they join and leave."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from advertising.models import Invitation, Membership, Placement, Role

from ..factories import AdvertiserFactory, UserFactory, running_banner

pytestmark = pytest.mark.django_db
PAGE = "/partners/company/"


@pytest.fixture
def people(noon):
    advertiser = AdvertiserFactory(website="https://palisade.example/")
    found = {}
    for role in Role.values:
        found[role] = UserFactory()
        advertiser.members.add(found[role], through_defaults={"role": role})
    found["advertiser"] = advertiser
    return found


def as_(client, user):
    client.force_login(user)
    return client


def test_who_may_submit_and_who_may_only_read(client, people):
    placement = running_banner(advertiser=people["advertiser"])
    for role, may_submit in (("owner", True), ("member", True), ("reader", False)):
        as_(client, people[role])
        assert client.get("/partners/placements/").status_code == 200
        assert client.get(f"/partners/placements/{placement.pk}/report/").status_code == 200
        assert client.get(f"/partners/placements/{placement.pk}/check/").status_code == 200
        status = client.get("/partners/placements/new/banner/").status_code
        assert status == (200 if may_submit else 302)
        assert client.get(f"/partners/placements/{placement.pk}/").status_code == (
            200 if may_submit else 302
        )
        posted = client.post(f"/partners/placements/{placement.pk}/check/")
        assert posted.status_code == (302 if may_submit else 404)
    assert Placement.objects.count() == 1


def test_somebody_is_asked_joins_once_and_the_link_is_kept_nowhere(client, people, committed):
    with committed():
        answer = as_(client, people["owner"]).post(
            PAGE, {"do": "invite", "email": "New@Palisade.example", "role": "reader"}
        )
    assert answer.status_code == 302
    key = re.search(r"/company/join/([\w-]+)/", mail.outbox[0].body)[1]
    assert mail.outbox[0].to == ["new@palisade.example"]
    assert key not in str(list(Invitation.objects.values_list()))
    newcomer = UserFactory()
    as_(client, newcomer)
    address = f"{PAGE}join/{key}/"
    assert client.get(address).status_code == 200
    assert not Membership.objects.filter(user=newcomer).exists()  # Opening it changes nothing.
    for status in (302, 404, 404):
        assert client.post(address).status_code == status
    assert Membership.objects.get(user=newcomer).role == "reader"


def test_a_link_is_over_after_a_week_or_when_it_is_deleted_by_writers(
    client, people, committed, noon
):
    keys = []
    for email in ("a@palisade.example", "b@palisade.example"):
        with committed():
            as_(client, people["owner"]).post(
                PAGE, {"do": "invite", "email": email, "role": "member"}
            )
        keys.append(re.search(r"/company/join/([\w-]+)/", mail.outbox[-1].body)[1])
    client.post(
        PAGE, {"do": "withdraw", "pk": Invitation.objects.get(email="a@palisade.example").pk}
    )
    as_(client, UserFactory())
    assert client.post(f"{PAGE}join/{keys[0]}/").status_code == 404
    noon.shift(timedelta(days=8))
    assert client.post(f"{PAGE}join/{keys[1]}/").status_code == 404
    assert client.get(f"{PAGE}join/{'x' * 5000}/").status_code == 404


def test_only_owners_change_who_may_what(client, people):
    membership = Membership.objects.get(user=people["reader"])
    for action in (
        {"do": "role", "pk": membership.pk, "role": "owner"},
        {"do": "invite", "email": "x@palisade.example", "role": "owner"},
        {"do": "details", "contact_email": "evil@evil.example"},
        {"do": "withdraw", "pk": 1},
    ):
        assert as_(client, people["member"]).post(PAGE, action).status_code == 404
    membership.refresh_from_db()
    assert membership.role == "reader"
    as_(client, people["owner"]).post(PAGE, {"do": "role", "pk": membership.pk, "role": "member"})
    membership.refresh_from_db()
    assert membership.role == "member"


def test_people_of_another_advertiser_are_out_of_reach(client, people):
    stranger = UserFactory()
    AdvertiserFactory().members.add(stranger, through_defaults={"role": "owner"})
    membership = Membership.objects.get(user=people["reader"])
    as_(client, stranger).post(PAGE, {"do": "role", "pk": membership.pk, "role": ""})
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_everybody_may_leave_but_the_last_owner(client, people):
    mine = {role: Membership.objects.get(user=people[role]).pk for role in Role.values}
    as_(client, people["reader"]).post(PAGE, {"do": "role", "pk": mine["reader"], "role": ""})
    assert not Membership.objects.filter(pk=mine["reader"]).exists()
    page = as_(client, people["owner"]).post(
        PAGE, {"do": "role", "pk": mine["owner"], "role": ""}, follow=True
    )
    assert "Make somebody else an owner first." in page.content.decode()
    assert Membership.objects.filter(pk=mine["owner"]).exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "fly"},
        {"do": "role", "pk": "x", "role": "owner"},
        {"do": "role", "pk": "9" * 40, "role": "king"},
    ],
)
def test_nonsense_changes_nothing(client, people, data):
    before = list(Membership.objects.values_list())
    assert as_(client, people["owner"]).post(PAGE, data).status_code == 302
    assert list(Membership.objects.values_list()) == before


def test_nobody_sends_mail_to_the_world_through_us(client, people, committed):
    as_(client, people["owner"])
    with committed():
        for number in range(25):
            client.post(
                PAGE, {"do": "invite", "email": f"p{number}@palisade.example", "role": "reader"}
            )
    assert len(mail.outbox) == 20


def test_nobody_is_asked_again_and_again(client, people, committed, noon):
    as_(client, people["owner"])
    with committed():
        for _ in range(5):
            client.post(PAGE, {"do": "invite", "email": "one@palisade.example", "role": "reader"})
            client.post(PAGE, {"do": "withdraw", "pk": Invitation.objects.latest("pk").pk})
    assert len(mail.outbox) == 1
    noon.shift(timedelta(hours=2))
    with committed():
        client.post(PAGE, {"do": "invite", "email": "one@palisade.example", "role": "reader"})
    assert len(mail.outbox) == 2


def test_somebody_of_two_companies_chooses_for_whom_they_speak(client, people):
    other = AdvertiserFactory(name="Tidewater")
    other.members.add(people["owner"])
    as_(client, people["owner"])
    assert people["advertiser"].name in client.get(PAGE).content.decode()
    client.post(PAGE, {"do": "speak_for", "pk": other.pk})
    assert "<h1>Tidewater</h1>" in client.get(PAGE).content.decode()
    client.post("/partners/placements/new/banner/", {"title": "Draft", "do": "draft"})
    assert Placement.objects.get().advertiser == other
    client.post(PAGE, {"do": "speak_for", "pk": AdvertiserFactory().pk})
    assert "<h1>Tidewater</h1>" in client.get(PAGE).content.decode()


def test_details_are_the_owners_to_change(client, people):
    as_(client, people["owner"])
    client.post(
        PAGE,
        {
            "do": "details",
            "website": "https://palisade.example/",
            "contact_email": "ads@palisade.example",
        },
    )
    people["advertiser"].refresh_from_db()
    assert people["advertiser"].contact_email == "ads@palisade.example"
    assert people["advertiser"].wants_weekly_report is False
    answer = client.post(PAGE, {"do": "details", "website": "http://x"})
    assert answer.status_code == 400
