"""The front page as a board: pins, their ends, what moves, and two people at once."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from articles.models import FrontPick
from articles.publishing import front_places, workflow
from articles.publishing.front_places import Pin
from articles.reading import front_page

from ...factories import (
    DraftArticleFactory,
    PublishedArticleFactory,
    ScheduledArticleFactory,
    SponsoredArticleFactory,
    member_of,
)
from .conftest import address

pytestmark = pytest.mark.django_db
BOARD = "/admin/articles/frontpick/"


@pytest.fixture
def stories():
    now = timezone.now()
    return [PublishedArticleFactory(published_at=now - timedelta(hours=n + 1)) for n in range(12)]


def on_top():
    front = front_page.compose()
    return [front.lead, *front.beside, *front.also]


def board_of(client):
    page = client.get(BOARD)
    assert page.status_code == 200
    return page.context


def publish(client, pins, seen=None, **more):
    seen = seen or board_of(client)["seen"]
    data = {f"place-{place}": story.pk for place, story in pins.items()}
    return client.post(BOARD, data | {"seen": seen} | more, follow=True).content.decode()


def test_the_board_shows_what_readers_see(client, editor, stories):
    FrontPick.objects.create(article=stories[10], position=2)
    shown = [place["story"] for place in board_of(client)["places"]]
    assert shown == on_top()


def test_changes_are_published_at_once_and_undone(client, editor, stories):
    page = publish(client, {1: stories[9], 5: stories[10]}, **{"until-5": "2099-01-01T10:00"})
    assert "The front page is changed" in page
    assert on_top()[0] == stories[9]
    assert on_top()[4] == stories[10]
    assert FrontPick.objects.get(position=5).until.year == 2099
    publish(client, {1: stories[8]})
    assert [pin.article_id for pin in front_places.pins()] == [stories[8].pk]
    page = client.post(BOARD, {"_undo": "1"}, follow=True).content.decode()
    assert [pin.article_id for pin in front_places.pins()] == [stories[9].pk, stories[10].pk]


def test_who_comes_second_is_told_and_loses_nothing(client, editor, stories):
    seen = board_of(client)["seen"]
    front_places.replace([Pin(1, stories[3].pk)])
    page = publish(client, {1: stories[9]}, seen)
    assert "Somebody changed the front page" in page
    assert f'<option value="{stories[9].pk}" selected>' in page
    assert [pin.article_id for pin in front_places.pins()] == [stories[3].pk]
    publish(client, {1: stories[9]}, seen, _over="1")
    assert [pin.article_id for pin in front_places.pins()] == [stories[9].pk]


@pytest.mark.parametrize("what", ["twice", "past", "paid", "nothing", "trash"])
def test_what_cannot_stand_there_is_told_and_changes_nothing(client, editor, stories, what):
    FrontPick.objects.create(article=stories[4], position=1)
    data = {"seen": board_of(client)["seen"], "place-1": stories[0].pk}
    data |= {
        "twice": {"place-2": stories[0].pk},
        "past": {"until-1": "2001-01-01T10:00"},
        "paid": {"place-2": SponsoredArticleFactory().pk},
        "nothing": {"place-2": 987654},
        "trash": {"place-2": DraftArticleFactory(trashed_at=timezone.now()).pk},
    }[what]
    page = client.post(BOARD, data).content.decode()
    assert "errornote" in page
    assert [pin.article_id for pin in front_places.pins()] == [stories[4].pk]


def test_a_pin_ends_by_itself(noon, stories):
    front_places.pin(stories[9], 1, timezone.now() + timedelta(hours=1))
    assert on_top()[0] == stories[9]
    noon.shift(3700)
    assert on_top()[0] != stories[9]
    front_places.replace([Pin(2, stories[3].pk)])
    assert FrontPick.objects.count() == 1


def test_what_is_pinned_moves_down_and_the_last_falls_off(stories):
    for place in range(1, 9):
        front_places.pin(stories[place], place, None)
    front_places.pin(stories[0], 1, None)
    assert [pin.article_id for pin in front_places.pins()] == [
        each.pk for each in [stories[0], *stories[1:8]]
    ]
    front_places.pin(stories[5], 2, None)
    places = [pin.article_id for pin in front_places.pins()]
    assert places[:3] == [stories[0].pk, stories[5].pk, stories[1].pk]
    assert len(places) == len(set(places)) == 8


def test_it_moves_no_further_than_to_the_first_place_that_is_free(stories):
    front_places.replace([Pin(1, stories[1].pk), Pin(2, stories[2].pk), Pin(4, stories[4].pk)])
    front_places.pin(stories[0], 1, None)
    assert [(pin.place, pin.article_id) for pin in front_places.pins()] == [
        (1, stories[0].pk), (2, stories[1].pk), (3, stories[2].pk), (4, stories[4].pk),
    ]  # fmt: skip


def test_a_story_that_is_to_come_waits_on_its_place(client, editor, stories):
    later = ScheduledArticleFactory()
    publish(client, {1: later})
    assert on_top()[0] == stories[0]
    assert board_of(client)["places"][0]["story"] == later
    workflow.publish(later, editor)
    assert on_top()[0] == later


def test_the_form_of_a_story_makes_it_the_lead(client, editor, draft, save, stories):
    save(draft, front_place="1")
    assert [pin.article_id for pin in front_places.pins()] == [draft.pk]
    draft.refresh_from_db()
    assert '<option value="1" selected>Lead</option>' in client.get(address(draft)).content.decode()
    # Moved on the board meanwhile; a form that does not speak of it leaves it there.
    front_places.replace([Pin(3, draft.pk)])
    seen = {"initial-front_place": "1"}
    save(draft, title="New words", front_place="1", **seen)
    assert front_places.pins()[0].place == 3
    draft.refresh_from_db()
    save(draft, front_place="", **seen)
    assert front_places.pins() == []


def test_an_end_that_is_past_is_told(client, editor, draft, save):
    page = save(draft, front_place="1", front_until="2001-01-01T10:00", title="Typed")
    assert "This time is past" in page
    assert "Typed</textarea>" in page


def test_authors_pin_nothing(client, draft, save):
    author = member_of("Authors")
    client.force_login(author)
    draft.bylines.update(author=draft.bylines.get().author)
    draft.revisions.update(by=author)
    assert "front_place" not in client.get(address(draft)).content.decode()
    save(draft, front_place="1", title="Theirs")
    draft.refresh_from_db()
    assert draft.title == "Theirs"
    assert front_places.pins() == []


def test_candidates_are_found_by_their_words(client, editor, stories):
    PublishedArticleFactory(
        title="A walrus on the quay", published_at=timezone.now() - timedelta(400)
    )
    found = client.get(f"{BOARD}?q=walrus").context["candidates"]
    assert [story.title for story in found] == ["A walrus on the quay"]


def test_the_board_asks_as_often_for_a_long_archive(
    client, editor, stories, django_assert_max_num_queries
):
    PublishedArticleFactory.create_batch(30)
    with django_assert_max_num_queries(12):
        client.get(BOARD)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(stories):
    front_places.replace([Pin(1, stories[0].pk)])
    seen = front_places.version(front_places.pins())
    barrier, done = threading.Barrier(2), []

    def change(story):
        barrier.wait()
        try:
            done.append(front_places.replace([Pin(1, story.pk)], seen))
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[story]) for story in stories[1:3]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert len(front_places.pins()) == 1


def test_nothing_is_published_by_a_get(client, editor, stories):
    client.get(f"{BOARD}?place-1={stories[3].pk}")
    assert front_places.pins() == []
    with pytest.raises(ValidationError):
        front_places.replace([Pin(1, stories[0].pk), Pin(2, stories[0].pk)])


def test_a_story_that_cannot_stand_there_is_saved_and_told(client, editor, draft, save):
    page = save(draft, front_place="1", is_template="on", title="Typed")
    assert "The front page stays as it is." in page
    draft.refresh_from_db()
    assert draft.title == "Typed"
    assert front_places.pins() == []
