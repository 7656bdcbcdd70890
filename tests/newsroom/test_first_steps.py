"""What the desk of an empty publication asks of whoever keeps it."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from newsroom import first_steps
from newsroom.models import AboutPage, Publication

from ..factories import PublishedArticleFactory, QuoteFactory, member_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    user = get_user_model().objects.create_superuser("root", "root@publication.example", "-")
    client.force_login(user)
    return user


def missing(user):
    return [step.label for step in first_steps.steps(user) if not step.done]


def test_an_empty_site_asks_for_all_of_them_and_each_leads_to_its_form(client, admin):
    page = client.get("/admin/").content.decode()
    assert "First steps" in page
    found = first_steps.steps(admin)
    assert [step.done for step in found] == [False] * 8
    for step in found:
        assert step.url in page
        assert client.get(step.url, follow=True).status_code == 200


def test_each_is_ticked_off_once_it_is_done_and_the_list_goes_with_the_last(client, admin):
    Publication.objects.update_or_create(pk=1, defaults={"contact_email": "a@publication.example"})
    assert "Name the publication" not in missing(admin)
    AboutPage.objects.create(title="Standards", slug="standards", body="<p>We check.</p>")
    member_of("Editors")
    QuoteFactory()
    PublishedArticleFactory()
    assert missing(admin) == ["Set up a newsletter"]
    assert "Set up a newsletter" in client.get("/admin/").content.decode()


def test_the_demo_waits_for_prices_of_its_own_alone():
    call_command("load_demo", verbosity=0)
    assert missing(get_user_model().objects.get(username="admin")) == ["Check the coins"]


def test_who_does_not_keep_the_publication_sees_none(client):
    user = member_of("Authors")
    client.force_login(user)
    assert first_steps.steps(user) == []
    assert "First steps" not in client.get("/admin/").content.decode()
