"""An import of another site: read twice, first to know that the files are whole, then to bring
each item in a transaction of its own. Run again, it brings what is new or has changed.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from articles import body
from articles.models import Article, Byline, FormerSlug, FrontPick, Image, Redirect, StatusChange
from pagecache import tags as cache_tags
from pagecache.invalidation import invalidate
from transfer import pages
from transfer.bringing import comments, content, pictures
from transfer.bringing.parts import Item, Part, Site
from transfer.bringing.plain_text import plain_line
from transfer.bringing.rules import Counts, reason_to_skip
from transfer.bringing.subjects import Subjects, short
from transfer.bringing.threads import Threads, threads_of
from transfer.models import Import, ImportedObject, ImportNote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Kind = ImportedObject.Kind
LONGEST_TITLE, LONGEST_STANDFIRST, LONGEST_SLUG = 140, 300, 100
LONGEST_PATH = 300
BROUGHT = ("new", "changed", "unchanged", "comments", "pictures", "pictures_missing")
STICKY_PLACES = (5, 6, 7, 8)  # under what leads
BATCH = 50  # stories of one transaction
STATUSES = {
    "publish": Article.Status.PUBLISHED,
    "future": Article.Status.PUBLISHED,
    "pending": Article.Status.IN_REVIEW,
    "draft": Article.Status.DRAFT,
    "private": Article.Status.DRAFT,
}
# Where plugins keep the title and the description of a page for search engines.
SEO_TITLES = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_aioseop_title")
SEO_TEXTS = (
    *("_yoast_wpseo_metadesc", "rank_math_description"),
    *("_aioseo_description", "_aioseop_description"),
)


# What a file says, from its beginning each time that it is called. Raises NotAnExport.
Read = Callable[[], Iterator[Part]]


def count(read: Read) -> Counts:
    """Count what the files hold, importing nothing. Raises NotAnExport."""
    counts = Counts()
    for part in read():
        counts.add(part)
    return counts


class Cancelled(Exception):
    """Somebody stopped the import."""


@dataclass
class Brought:
    """A story on its way in, with what the file said of it."""

    item: Item
    article: Article
    threads: Threads
    digest: str
    known: ImportedObject | None


class Slugs:
    """Addresses that are taken, of stories that are and were."""

    def __init__(self) -> None:
        self._taken = set(Article.objects.values_list("slug", flat=True))
        self._taken |= set(FormerSlug.objects.values_list("slug", flat=True))

    def take(self, slug: str) -> str:
        """The slug itself, or numbered on where it is taken."""
        found, number = slug, 1
        while found in self._taken:
            number += 1
            found = f"{slug}-{number}"
        self._taken.add(found)
        return found


class SiteImport:
    """`uploads` is a folder with the pictures that lay in the site’s folder for them; without one they
    are fetched from the site, unless `with_pictures` is False.
    """

    def __init__(
        self,
        source: Import.Source,
        read: Read,
        *,
        uploads: Path | None = None,
        with_pictures: bool = True,
        by: "User | None" = None,
        record: Import | None = None,
    ) -> None:
        """`record` is the run that somebody asked for on the desk; otherwise one is begun."""
        self.read, self.uploads, self.with_pictures, self.by = read, uploads, with_pictures, by
        self.record = record or Import(source=source, by=by)

    def run(self) -> Import:
        """Bring everything. Raises NotAnExport before anything is brought."""
        counts, heard = Counts(), []
        self.attachments: dict[str, tuple[str, str, str]] = {}
        for part in self.read():
            counts.add(part)
            if isinstance(part, Item):
                self._hear_attachment(part)
            elif not isinstance(part, Site):
                heard.append(part)
        self._begin(counts.site or "unknown")
        for part in heard:
            self.subjects.hear(part)
        try:
            for number, part in enumerate(self.read()):
                if isinstance(part, Item) and not reason_to_skip(part):
                    self.subjects.hear_names(part)
                    self._bring(part)
                if number % BATCH == 0:
                    self._tell_how_far(number)
            self._store()
            self.record.state = Import.State.DONE
        except Cancelled:
            self._store()
            self.record.state = Import.State.CANCELLED
        self.record.report = counts.as_report(self.record.source) | {"brought": self.brought}
        self.record.items_done, self.record.ended_at = counts.items, timezone.now()
        self.record.save()
        invalidate(cache_tags.EVERYTHING)
        return self.record

    def _tell_how_far(self, number: int) -> None:
        """Raises Cancelled where somebody has stopped it. What was brought stays, to be undone."""
        mine = Import.objects.filter(pk=self.record.pk)
        if not mine.filter(state=Import.State.RUNNING).update(items_done=number):
            raise Cancelled

    def _hear_attachment(self, item: Item) -> None:
        if item.kind == "attachment":
            alt = item.meta.get("_wp_attachment_image_alt", "") or item.title
            self.attachments[item.number] = (item.file, alt, plain_line(item.excerpt))

    def _begin(self, site: str) -> None:
        self.record.site, self.record.state = site[:300], Import.State.RUNNING
        self.record.save()
        self.own_hosts = frozenset({(urlsplit(site).hostname or "").removeprefix("www.")} - {""})
        self.subjects = Subjects(self.record)
        self.brought = dict.fromkeys(BROUGHT, 0)
        self.found_pictures: dict[str, Image | None] = {}
        self.slugs = Slugs()
        mine = ImportedObject.objects.filter(site=self.record.site, kind=Kind.STORY)
        self.known_stories = {each.foreign_id: each for each in mine}
        self.batch: list[Brought] = []
        self.notes: list[ImportNote] = []
        self.redirects: dict[str, str] = {}

    def _bring(self, item: Item) -> None:
        if item.kind == "attachment":
            self._picture(*self.attachments[item.number])
        elif item.kind == "page":
            with transaction.atomic():
                self._page(item)
        else:
            self._story(item)
            if len(self.batch) >= BATCH:
                self._store()

    # --- Stories ------------------------------------------------------------------------------

    def _story(self, item: Item) -> None:
        known = self.known_stories.get(short(item.number))
        article = Article.objects.filter(pk=known.target).first() if known else None
        threads = threads_of(item.comments)
        for comment in (*threads.orphans, *threads.loops):
            self._note(
                item, f"Comment {comment.number} answered nothing that is there: it stands alone."
            )
        if article is None:
            article = Article(section=self.subjects.section_of(item))
            self._write(item, article)
            article.slug = self.slugs.take(self._slug(item))
            article.prepare()
            self.brought["new"] += 1
        elif known and known.digest != self._digest(item):
            self._changed_story(item, article)
            self.brought["changed"] += 1
        else:
            self.brought["unchanged"] += 1
        self.batch.append(Brought(item, article, threads, self._digest(item), known))

    def _store(self) -> None:
        """A batch of stories with all that belongs to them, in a transaction of its own."""
        new = [each for each in self.batch if each.article.pk is None]
        with transaction.atomic():
            Article.objects.bulk_create(each.article for each in new)
            self._store_beside(new)
            for each in self.batch:
                if each.known:
                    ImportedObject.objects.filter(pk=each.known.pk).update(
                        target=each.article.pk, digest=each.digest
                    )
            self.brought["comments"] += comments.bring(
                self.record, [(each.item, each.article, each.threads) for each in self.batch]
            )
            ImportNote.objects.bulk_create(self.notes)
            Redirect.objects.bulk_create(
                (Redirect(old_path=old, new_path=path) for old, path in self.redirects.items()),
                ignore_conflicts=True,
            )
        self.batch, self.notes, self.redirects = [], [], {}

    def _store_beside(self, new: "list[Brought]") -> None:
        """Writers, tags and the record of stories that have just been inserted."""
        Byline.objects.bulk_create(
            Byline(article=each.article, author=author, position=place)
            for each in new
            for place, author in enumerate(self.subjects.authors_of(each.item))
        )
        Article.tags.through.objects.bulk_create(
            Article.tags.through(article_id=each.article.pk, tag_id=tag.pk)
            for each in new
            for tag in self.subjects.tags_of(each.item)
        )
        StatusChange.objects.bulk_create(
            StatusChange(
                article=each.article,
                by=self.by,
                old_status=Article.Status.DRAFT,
                new_status=each.article.status,
                at=timezone.now(),
                note=f"Imported from {self.record.get_source_display()}.",
            )
            for each in new
        )
        ImportedObject.objects.bulk_create(
            ImportedObject(
                run=self.record,
                site=self.record.site,
                kind=Kind.STORY,
                foreign_id=short(each.item.number),
                target=each.article.pk,
                digest=each.digest,
            )
            for each in new
            if each.known is None
        )
        for each in new:
            self._redirect(each.item.link, each.article.get_absolute_url())
            if each.item.is_sticky and each.article.is_public:
                self._pin(each)

    def _pin(self, brought: "Brought") -> None:
        """What was sticky keeps a place on the front page, as long as one is free; it leads nothing."""
        taken = set(FrontPick.objects.values_list("position", flat=True))
        place = next((place for place in STICKY_PLACES if place not in taken), None)
        if place is None:
            self._note(brought.item, "It was sticky, and the front page has no place left for it.")
            return
        FrontPick.objects.create(article=brought.article, position=place)

    def _changed_story(self, item: Item, article: Article) -> None:
        """Unless somebody has changed it here since it was brought: then what is here stays."""
        if article.revision:
            self._note(item, "It was changed here since it was imported, so it was left as it is.")
            return
        self._write(item, article)
        article.section = self.subjects.section_of(item)
        article.save()
        article.tags.set(self.subjects.tags_of(item))

    def _write(self, item: Item, article: Article) -> None:
        title = plain_line(item.title) or "Untitled"
        if len(title) > LONGEST_TITLE:
            self._note(item, f"The headline was cut to {LONGEST_TITLE} letters.")
        for sentence in item.notes:
            self._note(item, sentence)
        article.title = title[:LONGEST_TITLE].strip()
        article.body = self._body(item)
        article.standfirst = self._standfirst(item, article.body)
        article.hero = self._hero(item)
        article.search_title = _seo(item, SEO_TITLES)[:70]
        article.search_description = _seo(item, SEO_TEXTS)[:200]
        article.status = STATUSES[item.status]
        if item.password:
            article.status = Article.Status.DRAFT
            self._note(item, "It was protected by a password, so it is a draft.")
        if item.status == "private":
            self._note(item, "It was private, so it is a draft.")
        article.published_at = item.at or timezone.now()
        if article.status != Article.Status.PUBLISHED:
            article.published_at = None
        article.comments_open = item.takes_comments

    def _body(self, item: Item) -> str:
        converted = content.convert(
            item.content,
            self._figure,
            self.attachments.get,
            self.own_hosts,
            is_html=item.is_html,
        )
        for sentence in converted.notes:
            if self.with_pictures or not sentence.startswith(content.NO_PICTURE):
                self._note(item, sentence)
        return converted.html

    def _standfirst(self, item: Item, html: str) -> str:
        """Its excerpt, or its first sentence."""
        text = " ".join(plain_line(item.excerpt).split())
        if not text:
            first = body.plain_text(html).split("\n")[0]
            text = first if len(first) <= LONGEST_STANDFIRST else first.split(". ")[0] + "."
        if len(text) <= LONGEST_STANDFIRST:
            return text
        return text[: LONGEST_STANDFIRST - 1].rsplit(" ", 1)[0] + "…"

    def _slug(self, item: Item) -> str:
        slug = slugify(item.slug) or slugify(item.title)
        return slug[:LONGEST_SLUG].strip("-") or f"story-{item.number}"

    # --- Pages --------------------------------------------------------------------------------

    def _page(self, item: Item) -> None:
        known = self._known(Kind.PAGE, item.number)
        digest = self._digest(item)
        if known and known.digest == digest:
            self.brought["unchanged"] += 1
            return
        title = plain_line(item.title)[:80] or "Untitled"
        slug = (slugify(item.slug) or slugify(title))[:50].strip("-") or f"page-{item.number}"
        key = pages.registered().write(
            known.target if known else None, title, slug, self._body(item)
        )
        self._keep(known, Kind.PAGE, item.number, key, digest)
        self.brought["changed" if known else "new"] += 1
        self._redirect(item.link, pages.registered().address(key))

    # --- Pictures -----------------------------------------------------------------------------

    def _hero(self, item: Item) -> Image | None:
        found = self.attachments.get(item.thumbnail) if item.thumbnail else None
        found = found or (item.picture if item.picture[0] else None)
        return self._picture(*found) if found else None

    def _figure(self, address: str, alt: str, caption: str) -> str:
        image = self._picture(address, alt, caption)
        if image is None:
            return ""
        words = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
        return (
            f'<figure><img src="{escape(image.file.url)}" alt="{escape(image.alt)}" '
            f'width="{image.width}" height="{image.height}" data-file="{image.pk}">{words}</figure>'
        )

    def _picture(self, address: str, alt: str, caption: str) -> Image | None:
        """The picture at an address, brought once; None where it cannot be had."""
        key = pictures.key_of(address)
        if key not in self.found_pictures:
            self.found_pictures[key] = self._find_picture(key, address, alt, caption)
        return self.found_pictures[key]

    def _find_picture(self, key: str, address: str, alt: str, caption: str) -> Image | None:
        known = self._known(Kind.PICTURE, key)
        if known and (image := Image.objects.filter(pk=known.target).first()):
            return image
        if not self.with_pictures:
            return None
        try:
            data = pictures.content_of(address, self.uploads, self.record.site)
            image = pictures.add(data, address, alt, caption)
        except pictures.NotToBeHad as error:
            self.brought["pictures_missing"] += 1
            self._note_of(f"Picture {address}", address, str(error))
            return None
        self.brought["pictures"] += 1
        self._keep(known, Kind.PICTURE, key, image.pk, "")
        self._redirect(address, image.file.url)
        return image

    # --- What is kept -------------------------------------------------------------------------

    def _known(self, kind: ImportedObject.Kind, foreign: str) -> ImportedObject | None:
        return ImportedObject.objects.filter(
            site=self.record.site, kind=kind, foreign_id=short(foreign)
        ).first()

    def _keep(
        self,
        known: ImportedObject | None,
        kind: ImportedObject.Kind,
        foreign: str,
        target: int,
        digest: str,
    ) -> None:
        values = {"run": self.record, "target": target, "digest": digest}
        if known:
            ImportedObject.objects.filter(pk=known.pk).update(**values)
            return
        ImportedObject.objects.create(
            site=self.record.site, kind=kind, foreign_id=short(foreign), **values
        )

    def _note(self, item: Item, sentence: str) -> None:
        self._note_of(f"{item.kind} {item.number}: {plain_line(item.title)}", item.link, sentence)

    def _note_of(self, item: str, address: str, sentence: str) -> None:
        self.notes.append(
            ImportNote(
                run=self.record, item=item[:200], address=address[:2000], sentence=sentence[:300]
            )
        )

    def _redirect(self, link: str, new: str) -> None:
        """From the path that it had. Addresses with a query go by its number: see old_addresses."""
        old = unquote(urlsplit(link).path)
        is_path = old.startswith("/") and old != "/" and len(old) <= LONGEST_PATH
        if is_path and old != new and "//" not in old and len(new) <= LONGEST_PATH:
            self.redirects.setdefault(old, new)

    def _digest(self, item: Item) -> str:
        """Of all that the file says of it but its comments, which are known one by one."""
        told = (
            *(item.title, item.content, item.excerpt, item.slug, item.status, item.password),
            *(str(item.at), str(item.terms), item.thumbnail, str(item.takes_comments)),
            *item.picture,
            *(_seo(item, SEO_TITLES), _seo(item, SEO_TEXTS), str(self.with_pictures)),
        )
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()


def _seo(item: Item, names: tuple[str, ...]) -> str:
    """What a plugin keeps, unless it is a pattern that the plugin fills in."""
    found = (item.meta.get(name, "").strip() for name in names)
    return next(
        (plain_line(text) for text in found if text and "%" not in text and "#" not in text), ""
    )
