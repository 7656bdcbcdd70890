"""The demo’s publication, people, sections, tags and about pages."""

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from articles.models import Author, Holding, Section, Tag
from newsroom.accounts import confirm_address
from newsroom.demo import files
from newsroom.demo.accounts import ACCOUNTS, Account
from newsroom.models import AboutPage, Publication
from ticker.models import Coin

PUBLICATION = {
    "name": "Finality",
    "tagline": "Independent reporting on digital money, edited by people and paid for by labelled advertising.",
    "strip_text": "Get daily crypto insights in one short newsletter.",
    "newsletter_title": "Six stories, before the market has coffee",
    "newsletter_text": "The daily newsletter lands at 06:30 UTC on weekdays. One screen long, no price predictions, "
    "and you can leave with one click.",
    "legal_owner": "Finality Press",
    "address": "14 Counting House Row, Example City",
    "contact_email": "desk@finality.example",
    "is_demo": True,
}
SECTION_ORDER = ("markets", "policy", "technology", "business", "defi", "opinion")


def load() -> None:
    Publication.objects.update_or_create(pk=1, defaults=PUBLICATION)
    people = files.tables("people.toml")
    for row in people["section"]:
        place = SECTION_ORDER.index(row["slug"])
        values = {"name": row["name"], "standfirst": row["standfirst"], "position": place * 10}
        Section.objects.update_or_create(
            slug=row["slug"], defaults=values | {"is_opinion": row["slug"] == "opinion"}
        )
    for row in people["tag"]:
        Tag.objects.update_or_create(slug=row["slug"], defaults={"name": row["name"]})
    for row in people["author"]:
        load_author(row)
    for account in ACCOUNTS:
        load_account(account)
    for text in files.texts("pages"):
        values = {
            "title": text.keys["title"],
            "standfirst": text.keys["standfirst"],
            "body": text.html,
        }
        AboutPage.objects.update_or_create(
            slug=text.slug, defaults=values | {"position": text.keys["order"]}
        )


def load_author(row: dict[str, str]) -> None:
    """An author has an account without a password: their comments carry the badge, nobody can sign
    in as them.
    """
    first, _, last = row["name"].partition(" ")
    user, created = get_user_model().objects.get_or_create(
        username=row["slug"],
        defaults={"email": row["email"], "first_name": first, "last_name": last},
    )
    if created:
        user.set_unusable_password()
        user.save()
    values: dict[str, Any] = {
        name: row[name] for name in ("name", "role", "email", "holdings", "bio")
    }
    values |= {"joined_on": date.fromisoformat(row["joined"]), "user": user}
    author, _ = Author.objects.update_or_create(slug=row["slug"], defaults=values)
    for symbol in row.get("holds", ()):
        Holding.objects.get_or_create(author=author, coin=Coin.objects.get(symbol=symbol))


def load_account(account: Account) -> None:
    user, created = get_user_model().objects.get_or_create(
        username=account.username,
        defaults={
            "email": f"{account.username}@finality.example",
            "is_staff": account.is_staff,
            "is_superuser": account.is_superuser,
        },
    )
    if created:
        user.set_password(account.password)
        user.save()
        confirm_address(user)
    if account.group:
        user.groups.add(Group.objects.get(name=account.group))
