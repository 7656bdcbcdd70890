"""The front of the desk: for each person what waits for them, what goes out, what is late."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from articles.models import Article
from articles.publishing import revisions, workflow
from newsroom import scheduler

from ..factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    member_of,
)
from ..pages import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = member_of("Editors", username="maren")
    client.force_login(user)
    return user


def desk(client):
    return squeezed(client.get("/admin/").content.decode())


def test_what_goes_out_and_what_goes_stands_in_its_order(client, editor, noon):
    for name in ("scheduler", "worker"):
        scheduler.beat(name)
    ScheduledArticleFactory(title="At two")
    PublishedArticleFactory(title="Gone at three", expires_at=timezone.now() + timedelta(hours=3))
    ScheduledArticleFactory(title="Next week", published_at=timezone.now() + timedelta(days=7))
    page = desk(client)
    assert page.index("At two</a> comes out") < page.index("Gone at three</a> is taken down")
    assert "Next week" not in page
    assert "Something is late" not in page


def test_what_was_missed_is_red_and_said_aloud(client, editor, noon):
    story = PublishedArticleFactory(title="The clause")
    content = revisions.content_of(story)
    workflow.revise_at(story, content, timezone.now() + timedelta(hours=1), editor)
    noon.shift(3600 + 180)
    page = desk(client)
    assert "Something is late" in page
    assert "A new version of “The clause” was due on 22 November at 13:00 UTC." in page
    assert "desk-timeline__missed" in page
    assert "The scheduler never started." in page
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert "A new version of “The clause” was due" in " ".join(answer.json()["reasons"])


def test_what_changed_is_shown_to_those_who_may_see_it(client, editor):
    story = DraftArticleFactory(title="The secret clause")
    kind = ContentType.objects.get_for_model(Article)
    LogEntry.objects.log_actions(
        editor.pk, [story], CHANGE, change_message="Rewritten.", single_object=True
    )
    assert "The secret clause" in desk(client)
    assert "Rewritten." in desk(client)
    assert kind.model == "article"
    outsider = member_of("Ad desk")
    outsider.groups.first().permissions.remove(
        *outsider.groups.first().permissions.filter(codename="view_article")
    )
    client.force_login(outsider)
    assert "The secret clause" not in desk(client)


@pytest.mark.parametrize(
    ("group", "seen", "unseen"),
    [
        ("Authors", ["stories in review"], ["placements to review", "waiting for a mail"]),
        ("Moderators", ["waiting for a mail"], ["stories in review", "placements to review"]),
        ("Ad desk", ["placements to review"], ["stories in review", "waiting for a mail"]),
        ("Chief editors", ["stories in review", "placements to review", "waiting for a mail"], []),
    ],
)
def test_everybody_sees_their_own_queues(client, group, seen, unseen):
    client.force_login(member_of(group))
    page = desk(client)
    assert [words for words in seen if words not in page] == []
    assert [words for words in unseen if words in page] == []
