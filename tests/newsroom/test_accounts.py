"""Accounts: every page opens, links in mails lead home, and confirmed addresses stay one to an
account.
"""

import io
import re

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from core import sealed

from ..factories import UserFactory

pytestmark = pytest.mark.django_db
PAGES = [
    *("/accounts/login/", "/accounts/signup/", "/accounts/logout/", "/accounts/password/reset/"),
    *(
        "/accounts/password/reset/done/",
        "/accounts/confirm-email/",
        "/accounts/inactive/",
        "/accounts/email/",
    ),
    *("/accounts/password/change/", "/accounts/reauthenticate/", "/accounts/confirm-email/none/"),
    *("/accounts/password/reset/key/1-none/", "/partners/placements/join/"),
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_page_of_an_account_opens(client, address, signed_in):
    if signed_in:
        client.force_login(UserFactory())
    assert client.get(address).status_code in (200, 302)
    assert client.post(address, {"email": "x"}).status_code in (200, 302, 400, 404, 405)


def sign_up(client, username="ada", **headers):
    words = {"email": "ada@palisade.example", "username": username}
    secret = {"password1": "a long enough word", "password2": "a long enough word"}
    return client.post("/accounts/signup/", {**words, **secret}, **headers)


def test_a_new_advertiser_signs_up_confirms_and_comes_in(client, committed):
    with committed():
        assert sign_up(client).status_code == 302
    link = re.search(r"http://127.0.0.1:8000(/accounts/confirm-email/\S+)", mail.outbox[0].body)[1]
    assert client.get("/partners/placements/").status_code == 302
    assert "ada@palisade.example" in client.get(link).content.decode()
    client.post(link)
    client.post("/accounts/login/", {"login": "ada", "password": "a long enough word"})
    assert client.get("/partners/placements/").status_code == 200


def test_links_in_mails_lead_home_whatever_the_host(client, committed):
    UserFactory(email="known@palisade.example")
    with committed():
        sign_up(client, HTTP_HOST="localhost:6666")
        for name in ("known", "unknown"):
            ask_for_reset(client, f"{name}@palisade.example", HTTP_HOST="localhost:6666")
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        assert "http://127.0.0.1:8000/accounts/" in message.body
        assert "6666" not in message.body


def ask_for_reset(client, address, **headers):
    return client.post("/accounts/password/reset/", {"email": address}, **headers)


def test_a_mail_with_a_key_leaves_by_the_queue_and_the_queue_cannot_read_it(
    client, committed, settings
):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    UserFactory(email="known@palisade.example")
    with committed():
        ask_for_reset(client, "known@palisade.example")
    assert mail.outbox == []
    job = DBTaskResult.objects.get()
    address, text = job.args_kwargs["args"]
    assert address == "known@palisade.example"
    assert "/accounts/" in sealed.unseal(text)
    assert "accounts" not in text
    job.task.call(address, text)
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_signing_up_costs_the_same_whether_or_not_somebody_exists(client, monkeypatch):
    """A hash is most of its time."""
    hashed = []
    encode = MD5PasswordHasher.encode

    def counting(self, password, salt):
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    new = sign_up(client)
    for_new = len(hashed)
    hashed.clear()
    again = sign_up(client, username="another")
    assert (again.status_code, again["Location"]) == (new.status_code, new["Location"])
    assert len(hashed) == for_new > 0


def test_nobody_is_mailed_without_end_by_who_types_their_address(client, committed):
    UserFactory(email="known@palisade.example")
    with committed():
        answers = [ask_for_reset(client, "known@palisade.example") for _ in range(6)]
    assert len(mail.outbox) == 3
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429, 429, 429]
    assert "Please wait an hour" in answers[-1].content.decode()


def test_a_member_of_staff_may_change_their_address(client):
    user = UserFactory(is_staff=True, email="old@finality.example")
    user.email = "new@finality.example"
    user.save()
    assert list(
        EmailAddress.objects.filter(user=user, primary=True).values_list("email", flat=True)
    ) == [user.email]


def test_an_address_that_is_confirmed_elsewhere_stays_there():
    first = UserFactory(is_staff=True, email="desk@finality.example")
    second = UserFactory(is_staff=True)
    second.email = first.email
    second.save()
    assert EmailAddress.objects.get(email=first.email, verified=True).user == first


@pytest.mark.parametrize("is_staff", [True, False])
def test_an_account_of_the_desk_is_not_made_without_an_address(client, is_staff):
    boss = get_user_model().objects.create_superuser("boss", "boss@finality.example", "x")
    client.force_login(boss)
    data = {"username": "omar", "usable_password": "true", "email": ""}
    data |= {"password1": "a long pass phrase", "password2": "a long pass phrase"}
    data |= {"is_staff": "on"} if is_staff else {}
    answer = client.post("/admin/auth/user/add/", data)
    assert (answer.status_code == 200) is is_staff
    assert ("needs an e-mail address" in answer.content.decode()) is is_staff
    if is_staff:
        answer = client.post("/admin/auth/user/add/", data | {"email": "omar@finality.example"})
        assert answer.status_code == 302
        omar = get_user_model().objects.get(username="omar")
        assert EmailAddress.objects.filter(user=omar, verified=True).exists()


def test_nor_is_a_superuser(monkeypatch):
    with pytest.raises(CommandError, match="needs an e-mail address"):
        call_command("createsuperuser", interactive=False, username="root", email="")
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "root@finality.example")
    with pytest.raises(CommandError, match="DJANGO_SUPERUSER_PASSWORD"):
        call_command("createsuperuser", interactive=False, username="root")
    with pytest.raises(CommandError, match="Nobody can be asked here"):
        call_command("createsuperuser", stdin=io.StringIO())
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long pass phrase")
    call_command("createsuperuser", interactive=False, username="root")
    assert get_user_model().objects.get(username="root").email == "root@finality.example"
