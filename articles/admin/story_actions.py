"""Actions on many stories at once: chosen in the list, seen on a page, then confirmed."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from articles.admin.transitions import TransitionsMixin
from articles.models import Article, Section
from articles.publishing import revisions
from core.people import signed_in

MOST_AT_ONCE = 200
# Of each action: the word on its button, and in the message after it.
WORDS = {
    "publish_chosen": ("Publish", "published"),
    "withdraw_chosen": ("Unpublish", "unpublished"),
    "hand_in_chosen": ("Submit", "submitted for review"),
    "move_chosen": ("Move", "moved"),
    "trash_chosen": ("Move", "moved"),
}


def _stories(number: int) -> str:
    return f"{number} {'story' if number == 1 else 'stories'}"


class StoryActionsMixin(TransitionsMixin):
    """Adds to the desk’s list of stories: actions that ask before they act."""

    actions: Any = (
        "publish_chosen",
        "withdraw_chosen",
        "hand_in_chosen",
        "move_chosen",
        "trash_chosen",
    )

    @admin.action(description="Publish…", permissions=["publish"])
    def publish_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._confirmed(
            request, queryset, "publish_chosen", "Publish these stories now?", "publish"
        )

    @admin.action(description="Unpublish…", permissions=["publish"])
    def withdraw_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        title = "Unpublish these stories?"
        return self._confirmed(request, queryset, "withdraw_chosen", title, "withdraw")

    @admin.action(description="Submit for review…", permissions=["change"])
    def hand_in_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._confirmed(
            request, queryset, "hand_in_chosen", "Submit these stories for review?", "review"
        )

    @admin.action(description="Move to another section…", permissions=["publish"])
    def move_chosen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        section = Section.objects.filter(slug=request.POST.get("section", "")).first()
        if "confirmed" not in request.POST or section is None:
            if "confirmed" in request.POST:
                messages.error(request, "Choose a section.")
            title = "Move these stories to another section?"
            return self._ask(
                request, queryset, "move_chosen", title, sections=Section.objects.all()
            )
        moved = 0
        for article in self._allowed(request, queryset):
            article.section = section
            article.save()
            revisions.keep(article, signed_in(request))
            self.log_change(request, article, f"Moved to {section.name}.")
            moved += 1
        messages.success(
            request, f"{moved} moved to {section.name}. Their old addresses lead to the new ones."
        )
        return None

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("articles.publish_article"))

    def _confirmed(
        self, request: HttpRequest, queryset: Any, action: str, title: str, transition: str
    ) -> HttpResponse | None:
        if "confirmed" not in request.POST:
            return self._ask(request, queryset, action, title)
        done = sum(
            self.run(request, article, transition, names=True)
            for article in self._allowed(request, queryset)
        )
        messages.info(request, f"{_stories(done)} {WORDS[action][1]}.")
        return None

    def _ask(
        self, request: HttpRequest, queryset: Any, action: str, title: str, **more: Any
    ) -> HttpResponse | None:
        stories = list(queryset[: MOST_AT_ONCE + 1])
        if len(stories) > MOST_AT_ONCE:
            messages.error(request, f"Choose {MOST_AT_ONCE} stories at most.")
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "stories": stories,
            "action": action,
            "button": f"{WORDS[action][0]} {_stories(len(stories))}",
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": Article._meta,
            **more,
        }
        return TemplateResponse(request, "admin/stories_confirm.html", context)

    def _allowed(self, request: HttpRequest, queryset: Any) -> list[Article]:
        """Those that this person may change; the others are named."""
        allowed = []
        for article in queryset[:MOST_AT_ONCE]:
            if self.has_change_permission(request, article):
                allowed.append(article)
            else:
                messages.error(request, f"You may not change “{article.title}”.")
        return allowed
