"""Notes to colleagues about a story, mailed to whom they concern."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django_tasks import task

from articles.models import Article, Note
from core import mail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 2_000  # characters
MOST_MAILED = 12  # people


def add(article: Article, by: "User", text: str) -> Note:
    """Raises ValidationError for an empty note, and for one that is too long."""
    text = text.strip()
    if not text:
        raise ValidationError("Write the note first.")
    if len(text) > LONGEST:
        raise ValidationError(f"The note has {len(text):,} characters; {LONGEST:,} fit.")
    with transaction.atomic():
        note = Note.objects.create(article=article, by=by, text=text)
        transaction.on_commit(lambda: _tell(note))
    return note


def _tell(note: Note) -> None:
    """A job a person: one that fails is tried again for that person alone."""
    for person in concerned(note):
        mail_note.enqueue(note.pk, person.pk)


def concerned(note: Note) -> list["User"]:
    """People to notify: whoever the story is assigned to, its authors, who wrote a note before, and
    who is named with an @. Not the writer.
    """
    named = {word.strip(".,:;!?()").removeprefix("@") for word in note.text.split() if "@" in word}
    article = note.article
    people = get_user_model().objects.filter(
        Q(pk=article.assignee_id)
        | Q(author__bylines__article=article)
        | Q(pk__in=article.notes.exclude(by=None).values("by"))
        | Q(username__in=named),
        is_active=True,
        is_staff=True,
    )
    return list(people.exclude(pk=note.by_id or 0).exclude(email="").distinct()[:MOST_MAILED])


def tell_assignee(article: Article, by: "User") -> None:
    """Mail whom a story is now assigned to, unless they took it themselves."""
    person = article.assignee
    if person is not None and person != by and person.email and person.is_active:
        transaction.on_commit(lambda: mail_assigned.enqueue(article.pk, person.pk, by.pk))


@task()
def mail_note(note_id: int, user_id: int) -> None:
    note = Note.objects.select_related("article", "by").filter(pk=note_id).first()
    person = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if note is None or person is None:
        return
    context = {"note": note, "link": f"{_page(note.article_id)}#notes"}
    subject = f"Note on {note.article.title}"
    mail.plain(person.email, subject, "articles/mail/note.txt", context, mail.AUTOMATIC).send()


@task()
def mail_assigned(article_id: int, user_id: int, by_id: int) -> None:
    article = Article.objects.filter(pk=article_id, assignee=user_id).first()
    people = get_user_model().objects.in_bulk([user_id, by_id])
    if article is None or len(people) < 2:
        return
    context = {"article": article, "by": people[by_id], "link": _page(article_id)}
    subject = f"Assigned to you: {article.title}"
    to = people[user_id].email
    mail.plain(to, subject, "articles/mail/assigned.txt", context, mail.AUTOMATIC).send()


def _page(article_id: int) -> str:
    return settings.SITE_URL + reverse("admin:articles_article_change", args=[article_id])
