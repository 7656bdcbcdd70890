"""A story’s place on the front page, chosen from its own form."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from articles.models import Article, FrontPick
from articles.publishing import front_places
from articles.reading.front_page import NAMES

PLACE, UNTIL = "front_place", "front_until"
CHOICES = [("", "Where its date puts it"), *((str(at), name) for at, name in enumerate(NAMES, 1))]


class PinningMixin(admin.ModelAdmin[Any]):
    """Adds to the desk’s form of a story: its pin, for who may arrange the front page."""

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        sets = list(super().get_fieldsets(request, obj))
        if not request.user.has_perm("articles.change_frontpick"):
            return [each for each in sets if PLACE not in each[1]["fields"]]
        return sets

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.pin_as_typed(request, form.instance, form)

    def pin_as_typed(self, request: HttpRequest, article: Article, form: Any) -> None:
        """Only what was changed in this form: the pin may have moved on the board meanwhile."""
        if not {PLACE, UNTIL} & set(form.changed_data) or PLACE not in form.fields:
            return
        if not request.user.has_perm("articles.change_frontpick"):
            return
        place = form.cleaned_data[PLACE]
        if not place:
            front_places.unpin(article)
            return
        try:
            front_places.pin(article, int(place), form.cleaned_data[UNTIL])
        except ValidationError as error:
            messages.error(request, f"The front page stays as it is. {' '.join(error.messages)}")


def initial(article: Article) -> dict[str, Any]:
    """The pin of `article`, as the form says it."""
    pick: FrontPick | None = getattr(article, "front_pick", None)
    return {PLACE: str(pick.position), UNTIL: pick.until} if pick else {}
