"""The front page on the desk: a picture of it with what stands where, changed and then published."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.admin.typed import parse_moment
from articles.discovery import search, search_index
from articles.models import Article, FrontPick
from articles.publishing import front_places
from articles.publishing.front_places import Pin
from articles.reading import front_page
from core.moments import MomentsMixin
from core.numbers import whole_number

CANDIDATES = 24  # beside the page
UNDO = "front_page_before"  # in the session


@admin.register(FrontPick)
class FrontPickAdmin(MomentsMixin, admin.ModelAdmin[FrontPick]):
    autocomplete_fields = ("article",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._publish(request)
        return self._page(request, front_places.pins())

    def _page(self, request: HttpRequest, pins: list[Pin], problem: str = "") -> HttpResponse:
        query = request.GET.get("q", "").strip()[: search.LONGEST_QUERY]
        latest, candidates = front_page.latest(), _candidates(query)
        pinned = Article.objects.select_related("section", "hero").in_bulk(
            [pin.article_id for pin in pins]
        )
        stories = {story.pk: story for story in (*latest, *candidates)} | pinned
        by_place = {pin.place: pin for pin in pins if pin.article_id in stories}
        automatic = (story for story in latest if story.pk not in pinned)
        places: list[dict[str, Any]] = []
        for number, name in enumerate(front_page.NAMES, start=1):
            pin = by_place.get(number)
            story = stories[pin.article_id] if pin else next(automatic, None)
            places.append({"number": number, "name": name, "pin": pin, "story": story})
        on_page = {place["story"].pk for place in places if place["story"]}
        context = {
            **self.admin_site.each_context(request),
            "title": "Front page",
            "opts": FrontPick._meta,
            "places": places,
            "stories": sorted(stories.values(), key=_newest, reverse=True),
            "candidates": [story for story in candidates if story.pk not in on_page],
            "query": query,
            "problem": problem,
            "seen": front_places.version(front_places.pins()),
            "can_undo": UNDO in request.session,
            "board": {
                "latest": [story.pk for story in latest],
                "stories": {story.pk: _card(story) for story in stories.values()},
                "names": front_page.NAMES,
            },
        }
        return TemplateResponse(request, "admin/front_board.html", context)

    def _publish(self, request: HttpRequest) -> HttpResponse:
        before = front_places.pins()
        if "_undo" in request.POST:
            wanted = _from_session(request.session.pop(UNDO, []))
            seen = None
        else:
            wanted = _typed(request)
            seen = None if "_over" in request.POST else request.POST.get("seen", "")
        try:
            is_done = front_places.replace(wanted, seen)
        except ValidationError as error:
            return self._page(request, wanted, " ".join(error.messages))
        if not is_done:
            text = "Somebody changed the front page after you opened it. Nothing of yours is lost: it stands below."
            return self._page(request, wanted, text)
        request.session[UNDO] = [
            [pin.place, pin.article_id, pin.until and pin.until.isoformat()] for pin in before
        ]
        messages.success(request, "The front page is changed. Readers see it within a second.")
        return redirect("admin:articles_frontpick_changelist")


def _typed(request: HttpRequest) -> list[Pin]:
    """The pins that the form says. A place left to itself has none."""
    pins = []
    for place in range(1, front_page.PLACES + 1):
        key = whole_number(request.POST.get(f"place-{place}", ""))
        if key is not None:
            until = parse_moment(request.POST.get(f"until-{place}", ""))
            pins.append(Pin(place, key, until))
    return pins


def _from_session(rows: list[Any]) -> list[Pin]:
    """The pins of before, without those whose time has ended meanwhile."""
    now = timezone.now()
    pins = [Pin(place, key, parse_datetime(until) if until else None) for place, key, until in rows]
    return [pin for pin in pins if pin.until is None or pin.until > now]


def _candidates(query: str) -> list[Article]:
    """The newest stories, what is scheduled among them; with words, those that have them."""
    stories = Article.objects.filter(status="published").journalism()
    if (asked := search.asked(query)).words:
        wanted = search_index.Wanted(asked.words, asked.phrases, asked.without)
        stories = stories.filter(search_index.matching(wanted))
    return list(stories.newest_first().for_cards()[:CANDIDATES])


def _newest(story: Article) -> datetime:
    return story.published_at or timezone.now()


def _card(story: Article) -> dict[str, str]:
    """Everything that the board shows of a story while it is dragged."""
    when = story.published_at and timezone.localtime(story.published_at)
    said = f"{when:%-d %b, %H:%M}" if when else "No date"
    if story.status_in_words == "Scheduled":
        said = f"Scheduled for {said}"
    return {
        "title": story.title,
        "note": f"{story.section.name} · {said}",
        "picture": story.hero.small_url if story.hero else "",
        "public": "yes" if story.is_public else "",
    }
