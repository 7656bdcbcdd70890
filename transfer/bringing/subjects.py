"""Authors, sections and tags of an export: matched by address or name, or made."""

import hashlib
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.text import slugify

from articles.models import Author, Section, Tag
from articles.models.subjects import RESERVED_SLUGS
from transfer.bringing import parts
from transfer.bringing.parts import Item, Term
from transfer.bringing.plain_text import plain_line
from transfer.bringing.rules import guest_login
from transfer.models import Import, ImportedObject

UNSORTED = "uncategorized"
NEWS = ("News", "news")
LONGEST_SLUG = 50


@dataclass
class Subjects:
    """Subjects that a file names, and each one’s row here."""

    run: Import
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    writers: dict[str, parts.Author] = field(default_factory=dict)
    _authors: dict[str, Author] = field(default_factory=dict)
    _sections: dict[str, Section] = field(default_factory=dict)
    _tags: dict[str, Tag] = field(default_factory=dict)

    def hear(self, part: parts.Part) -> None:
        """Names and parents, wherever in the file they stand."""
        if isinstance(part, Term):
            self.terms[part.kind, part.slug] = part
        elif isinstance(part, parts.Author):
            self.writers[part.login] = part

    # --- Authors ------------------------------------------------------------------------------

    def authors_of(self, item: Item) -> list[Author]:
        """Its co-authors, in their order; or who posted it."""
        logins = [guest_login(slug) for slug in item.slugs("author")] or [item.creator]
        names = {guest_login(slug): name for found, slug, name in item.terms if found == "author"}
        found = [self.author(login, names.get(login, "")) for login in logins if login]
        return list({author.pk: author for author in found}.values())

    def author(self, login: str, name: str = "") -> Author:
        if login not in self._authors:
            told = self.writers.get(login, parts.Author(login))
            self._authors[login] = self._find_author(login, told, name)
        return self._authors[login]

    def _find_author(self, login: str, told: parts.Author, name: str) -> Author:
        name = (plain_line(told.name or name) or login)[:80]
        slug = _slug(login) or _slug(name) or f"author-{_digest(login)[:8]}"
        same = Author.objects.filter(slug=slug).first()
        same = same or Author.objects.filter(name__iexact=name).first()
        is_new = same is None
        author = same or Author.objects.create(name=name, slug=_free(Author, slug))
        if is_new and told.email:
            # An account here with the address that the file names, and no author of its own.
            without = get_user_model().objects.filter(author=None)
            if user := without.filter(email__iexact=told.email).first():
                author.user = user
                author.save()
        self.note(ImportedObject.Kind.AUTHOR, login, author, is_new=is_new)
        return author

    # --- Sections and tags --------------------------------------------------------------------

    def section_of(self, item: Item) -> Section:
        """That of its first category: the one at the root of its tree."""
        slugs = item.slugs("category") or [item.section or UNSORTED]
        sorted_first = sorted(slugs, key=lambda slug: slug == UNSORTED)
        return self.section(self.root_of(sorted_first[0]))

    def root_of(self, slug: str) -> str:
        seen = {slug}
        while (
            (term := self.terms.get(("category", slug))) and term.parent and term.parent not in seen
        ):
            slug = term.parent
            seen.add(slug)
        return slug

    def section(self, slug: str) -> Section:
        if slug not in self._sections:
            name, own = NEWS if slug == UNSORTED else (self._name("category", slug), _slug(slug))
            name, own = name[:40], own or f"section-{_digest(slug)[:8]}"
            if own in RESERVED_SLUGS:
                own = f"{own}-news"
            same = Section.objects.filter(slug=own).first()
            same = same or Section.objects.filter(name__iexact=name).first()
            found = same or Section.objects.create(name=name, slug=own)
            self.note(ImportedObject.Kind.CATEGORY, slug, found, is_new=same is None)
            self._sections[slug] = found
        return self._sections[slug]

    def tags_of(self, item: Item) -> list[Tag]:
        """Its tags, and those of its categories that are not its section."""
        section = self.section_of(item)
        tags = [self.tag("tag", slug) for slug in item.slugs("post_tag") if slug != item.section]
        for slug in item.slugs("category"):
            is_section = self.root_of(slug) == slug and self.section(slug).pk == section.pk
            if not is_section and slug != UNSORTED:
                tags.append(self.tag("category", slug))
        return list({tag.pk: tag for tag in tags}.values())

    def tag(self, kind: str, slug: str) -> Tag:
        if slug not in self._tags:
            name = self._name(kind, slug)[:60]
            own = _slug(slug) or f"tag-{_digest(slug)[:8]}"
            same = (
                Tag.objects.filter(slug=own).first()
                or Tag.objects.filter(name__iexact=name).first()
            )
            found = same or Tag.objects.create(name=name, slug=own)
            self.note(ImportedObject.Kind.TAG, slug, found, is_new=same is None)
            self._tags[slug] = found
        return self._tags[slug]

    def hear_names(self, item: Item) -> None:
        """Of terms that only the items name."""
        for domain, slug, name in item.terms:
            kind = {"category": "category", "post_tag": "tag"}.get(domain)
            if kind and (kind, slug) not in self.terms:
                self.terms[kind, slug] = Term(kind, slug, name)

    def _name(self, kind: str, slug: str) -> str:
        term = self.terms.get((kind, slug)) or self.terms.get(("tag", slug))
        return plain_line(term.name if term else slug) or slug

    def note(self, kind: ImportedObject.Kind, foreign: str, target: Model, *, is_new: bool) -> None:
        """Keep what it is here; what an earlier run made stays that run’s."""
        ImportedObject.objects.get_or_create(
            site=self.run.site,
            kind=kind,
            foreign_id=short(foreign),
            defaults={"run": self.run, "target": target.pk, "is_new": is_new},
        )


def short(foreign: str) -> str:
    return foreign if len(foreign) <= 64 else _digest(foreign)


def _slug(text: str) -> str:
    return slugify(text)[:LONGEST_SLUG].strip("-")


def _free(model: type[Author], slug: str) -> str:
    found, number = slug, 1
    while model.objects.filter(slug=found).exists():
        number += 1
        found = f"{slug[: LONGEST_SLUG - 4]}-{number}"
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
