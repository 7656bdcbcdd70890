"""Moving in on the desk: a file is sent, the worker brings it, and all of it can be undone."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from articles.models import Article
from transfer import on_the_desk
from transfer.bringing.importing import SiteImport
from transfer.models import Import, ImportNote

from ..factories import member_of
from .exports import comment, export, item

pytestmark = pytest.mark.django_db
ADD = reverse("admin:transfer_import_add")


@pytest.fixture
def chief(client: Any) -> Any:
    person = member_of("Chief editors")
    client.force_login(person)
    return person


def sent(text: str, name: str = "export.xml") -> dict[str, Any]:
    return {"source": "wordpress", "file": SimpleUploadedFile(name, text.encode())}


def test_a_file_is_brought_by_the_worker_and_undone(client, chief, committed):
    with committed():
        answer = client.post(ADD, sent(export(item(1, comment(11)), item(2))))
    run = Import.objects.get()
    assert (run.state, run.by, run.data) == ("done", chief, None)
    assert Article.objects.count() == 2
    page = client.get(answer["Location"]).content.decode()
    assert "Done on" in page
    asked = client.post(answer["Location"], {"do": "undo"}).content.decode()
    assert "Undo this import?" in asked
    assert Article.objects.count() == 2
    client.post(answer["Location"], {"do": "undo", "sure": "yes"})
    assert not Article.objects.exists()
    assert "Undone on" in client.get(answer["Location"]).content.decode()


def test_a_ghost_export_is_brought_with_the_address_of_its_site(client, chief, committed):
    text = json.dumps({"data": {"posts": [{"id": "1", "title": "Old", "slug": "old-story",
        "html": "<p>Words.</p>", "status": "published", "published_at": "2020-01-02T10:00:00Z"}]}})  # fmt: skip
    with committed():
        client.post(ADD, sent(text, "g.json") | {"source": "ghost", "site": "https://old.example"})
    run = Import.objects.get()
    assert (run.state, run.source, run.site) == ("done", "ghost", "https://old.example")
    assert Article.objects.get().slug == "old-story"


def test_before_the_worker_comes_it_says_what_the_file_holds_and_can_be_cancelled(client, chief):
    answer = client.post(ADD, sent(export(item(1), item(2))))
    page = client.get(answer["Location"]).content.decode()
    assert "The worker brings it: 0%." in page
    assert 'http-equiv="refresh"' in page
    client.post(answer["Location"], {"do": "cancel"})
    run = Import.objects.get()
    assert (run.state, run.data) == ("cancelled", None)
    on_the_desk.work.func(run.pk)
    assert not Article.objects.exists()


def test_cancelled_while_it_runs_it_stops_and_what_came_stays(client, chief, monkeypatch):
    client.post(ADD, sent(export(*map(item, range(1, 200)))))
    run = Import.objects.get()
    store = SiteImport._store

    def store_and_cancel(self: Any) -> None:
        store(self)
        Import.objects.filter(pk=run.pk).update(state="cancelled")

    monkeypatch.setattr(SiteImport, "_store", store_and_cancel)
    on_the_desk.work.func(run.pk)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert 50 <= Article.objects.count() < 199


def test_an_import_that_fails_says_so(client, chief, monkeypatch):
    client.post(ADD, sent(export(item(1))))
    run = Import.objects.get()

    def fail(self: Any) -> None:
        raise RuntimeError("away")

    monkeypatch.setattr(SiteImport, "_store", fail)
    with pytest.raises(RuntimeError):
        on_the_desk.work.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.data) == ("refused", None)
    assert "It failed." in run.refusal


@pytest.mark.parametrize("text", ["", "x", "<rss></rss>", export(item(1))[:-40]])
def test_what_is_no_export_is_refused_in_the_form(client, chief, text):
    answer = client.post(ADD, sent(text))
    assert answer.status_code == 400
    assert not Import.objects.exists()


def test_notes_are_shown_and_downloaded(client, chief, committed):
    with committed():
        answer = client.post(ADD, sent(export(item(1, status="private", title="=SUM(1)"))))
    assert "It was private, so it is a draft." in client.get(answer["Location"]).content.decode()
    run = Import.objects.get()
    table = client.get(reverse("admin:transfer_import_notes", args=[run.pk]))
    assert "It was private" in b"".join(table.streaming_content).decode("utf-8-sig")
    assert ImportNote.objects.count() == 1


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Ad desk"])
def test_nobody_else_moves_anything_in(client, group):
    client.force_login(member_of(group))
    assert client.post(ADD, sent(export(item(1)))).status_code == 403
    run = Import.objects.create(source="wordpress", state="done")
    address = reverse("admin:transfer_import_change", args=[run.pk])
    assert client.post(address, {"do": "undo", "sure": "yes"}).status_code == 403
