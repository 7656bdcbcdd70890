"""The form of a story: it knows which version it was opened on, and says so when somebody else
saved meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from articles.admin import lean_forms, pinning, typed
from articles.models import Article, Autosave, Revision, Tag
from articles.publishing import autosaves, merging, notes, revisions, word_diff
from core import text
from core.clock import local_time
from core.moments import MomentInput

MOST_TAGS = 25
# Changed on other pages of the desk, too, and in no version: a form changes of them what it changed.
PLANNING = ("assignee", "planned_for", "is_template")
PINNING = ("front_place", "front_until")


class ScheduledRevision(Exception):
    """Raised to roll back a save that becomes a scheduled update; `content` is kept."""

    def __init__(self, content: dict[str, Any], at: datetime, form: "StoryForm") -> None:
        self.content = content
        self.at = at
        self.form = form


@dataclass(frozen=True)
class Touching:
    """A field that two people changed: what each made of the version that both began with."""

    label: str
    theirs: list[list[word_diff.DiffPart]]
    mine: list[list[word_diff.DiffPart]]


@dataclass(frozen=True)
class Conflict:
    """Somebody else’s version, saved after this form was opened, and where it touches what was sent."""

    revision: Revision
    base: int
    fields: list[Touching]


class StoryForm(forms.ModelForm[Article]):
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # Of this form, and of the earlier one whose text it was opened with.
    autosave_key = forms.CharField(widget=forms.HiddenInput, required=False)
    restored_key = forms.CharField(widget=forms.HiddenInput, required=False)

    new_note = forms.CharField(
        label="New note",
        required=False,
        max_length=notes.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Saved with the story, and mailed to its authors, to whom it is assigned, and to @names.",
    )

    front_place = forms.ChoiceField(label="Place", required=False, choices=pinning.CHOICES)
    front_until = forms.DateTimeField(
        label="Until", required=False, widget=MomentInput, help_text="Empty: until you take it off."
    )

    conflict: Conflict | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = (
            revisions.content_of(self.instance) if self.is_bound and self.instance.pk else {}
        )
        self.newest = self.instance.revision
        self.initial.setdefault("seen_revision", self.instance.revision)
        self.initial.setdefault("autosave_key", autosaves.new_key())
        for name, value in pinning.initial(self.instance).items():
            self.initial.setdefault(name, value)
        for name in (*PLANNING, *PINNING):
            if name in self.fields:
                self.fields[name].show_hidden_initial = True
        self._restore(getattr(self.instance, "restored", None))
        if self.instance.pk and not self.is_bound:
            for name in revisions.PICTURES:
                lean_forms.label(self, name, [getattr(self.instance, name)])
            lean_forms.label(self, "tags", self.instance.tags.all())

    def _restore(self, autosave: Autosave | None) -> None:
        """What was typed stands in the story already, but for its rows; it was made from the version
        that was seen then, and from no newer one.
        """
        if autosave is None:
            return
        self.initial["seen_revision"] = autosave.seen_revision
        self.initial["restored_key"] = autosave.key
        if "tags" in autosave.fields:
            tags = Tag.objects.filter(pk__in=[row["id"] for row in autosave.fields["tags"]])
            self.initial["tags"] = list(tags)
            lean_forms.label(self, "tags", tags)

    def clean_title(self) -> str:
        """Its field is of several lines, so that a long one is seen whole; it is one."""
        return text.clean_line(self.cleaned_data["title"])

    def clean_tags(self) -> Any:
        tags = self.cleaned_data["tags"]
        if len(tags) > MOST_TAGS:
            raise ValidationError(f"A story has at most {MOST_TAGS} tags; these are {len(tags)}.")
        return tags

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_time(data)
        for name in set(PLANNING) & set(self.fields) - set(self.changed_data):
            data[name] = getattr(self.instance, name)
        until = data.get("front_until")
        if until and "front_until" in self.changed_data and until <= timezone.now():
            self.add_error("front_until", "This time is past. Say until when it stays there.")
        seen = data.get("seen_revision")
        if self.instance.pk and seen is not None and seen < self.newest and not self._writes_over():
            self._tell_of_conflict(data)
        return data

    def _writes_over(self) -> bool:
        """“Save mine over it” names the version that the editor has now seen."""
        return self.data.get("_over", "") == str(self.newest)

    def _tell_of_conflict(self, data: dict[str, Any]) -> None:
        """What touches is shown; what does not, and came meanwhile, stands in the form already."""
        seen = data.get("seen_revision")
        versions = Revision.objects.select_related("by").filter(article=self.instance)
        newest = versions.filter(number=self.newest).first()
        if newest is None:
            return
        before = revisions.content_at(self.instance, seen or 0) or {}
        mine = typed.with_names(typed.content_of(cast(QueryDict, self.data)))
        touching = merging.merge(before, self.stored, mine).touching
        self.conflict = Conflict(
            newest, seen or 0, [_touching(name, before, self.stored, mine) for name in touching]
        )
        raise ValidationError(
            f"{newest.by_name} saved version {newest.number} at {local_time(newest.at, '%H:%M')}, after you "
            "opened this page. Nothing of yours is lost: it stands below, unsaved."
        )

    def _check_time(self, data: dict[str, Any]) -> None:
        """A version to come needs a time to come at, before anything is written."""
        if "_later" not in self.data:
            return
        moment = typed.parse_moment(self.data.get("goes_live_at", ""))
        if moment is None:
            raise ValidationError("Say when this version should come out. Nothing was saved.")
        if moment <= timezone.now():
            raise ValidationError("That time is past. To change the story now, save it.")
        data["goes_live_at"] = moment


def _touching(name: str, base: Any, theirs: Any, mine: Any) -> Touching:
    before = revisions.in_words(name, base.get(name))
    return Touching(
        revisions.LABELS[name],
        word_diff.compare(before, revisions.in_words(name, theirs.get(name))),
        word_diff.compare(before, revisions.in_words(name, mine.get(name))),
    )
