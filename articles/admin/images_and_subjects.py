"""The library and the subjects of stories on the desk."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from js_asset import Script

from articles.admin.image_picker import PickingMixin, PictureFieldsMixin
from articles.discovery import redirects
from articles.media import images, rendering
from articles.models import Article, Author, Holding, Image, Section, Tag
from articles.publishing import bylines
from core.people import signed_in


def stories_with(image: Image) -> set[Article]:
    """The stories that `image` leads, or that have it in their text."""
    in_text = Q(body__contains=f'data-file="{image.pk}"')
    return set(Article.objects.filter(Q(hero=image) | in_text).only("title", "published_at"))


@admin.register(Image)
class ImageAdmin(PickingMixin, admin.ModelAdmin[Image]):
    list_display = ("preview", "alt", "credit", "uploaded_at")
    list_display_links = ("alt",)
    search_fields = ("alt", "caption", "credit")
    readonly_fields = ("focal_point", "progress")
    fields = (
        *("file", "alt", "caption", "credit", "focal_point", ("focal_x", "focal_y")),
        "progress",
    )

    class Media:
        js = (Script("newsroom/js/desk_pictures.js", defer=True),)

    @admin.display(description="sizes")
    def progress(self, image: Image) -> str:
        """Say how far the worker is: the original is shown meanwhile."""
        if not image.renditions:
            return "Being made; the original is shown until they are."
        widths = [f"{width} px" for width in images.widths_of(image)]
        return ", ".join(
            [
                *widths,
                *(name.replace("x", ":") for name in images.CROPS if name in image.renditions),
            ]
        )

    @admin.display(description="picture")
    def preview(self, image: Image) -> str:
        if not image.file:
            return "–"
        return format_html(
            '<img src="{}" alt="" width="120" height="75" class="thumb">',
            images.url_at_width(image, 400),
        )

    @admin.display(description="Focal point")
    def focal_point(self, image: Image) -> str:
        """Click on what must never be cut off; beside it, what the shapes leave of the picture."""
        if not image.file:
            return "Save the picture first; then click on what must never be cut off."
        address = images.url_at_width(image, 800)
        crops = format_html_join(
            "",
            '<figure><img src="{}" alt="" data-crop="{}x{}"><figcaption>{}</figcaption></figure>',
            ((address, *size, name.replace("x", ":")) for name, size in images.CROPS.items()),
        )
        return format_html(
            '<div class="focal"><p>Click on what must never be cut off.</p><div class="focal__whole" data-focal>'
            '<img src="{}" alt=""></div>'
            '<div class="focal__crops">{}</div></div>',
            address,
            crops,
        )

    def has_change_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """Without the right to publish, people change their own pictures, as long as no published story
        shows them.
        """
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or request.user.has_perm("articles.publish_article"):
            return allowed
        return obj.uploaded_by_id == request.user.pk and not any(
            each.published_at for each in stories_with(obj)
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say which texts lose a picture. One that leads a story stays until that has another."""
        lost, leading = [], []
        for image in objs:
            led = set(image.led_stories.all())
            leading += [
                f"{image} leads “{each}”. Choose another picture there first." for each in led
            ]
            lost.append(f"Picture: {image}, with its file and all its sizes")
            lost += [f"It goes out of the text of “{each}”." for each in stories_with(image) - led]
            lost += [
                f"“{each}” is shared with its own picture again."
                for each in image.shared_stories.all()
            ]
        missing = set() if self.has_delete_permission(request) else {"picture"}
        return lost, {"pictures": len(objs)}, missing, leading

    def save_model(self, request: HttpRequest, obj: Image, form: Any, change: bool) -> None:
        if not change:
            obj.uploaded_by = signed_in(request)
        if "file" in form.changed_data:
            obj.renditions = {}
        super().save_model(request, obj, form, change)
        if not obj.renditions:
            rendering.render_later(obj)
        elif {"focal_x", "focal_y"} & set(form.changed_data):
            rendering.render_later(obj, again=True)


class MovingAdmin(admin.ModelAdmin[Any]):
    """Rows with a page of their own: renamed, the old address leads to the new one."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            before = type(obj)(slug=form.initial["slug"])
            redirects.move(before.get_absolute_url(), obj.get_absolute_url())


@admin.register(Section)
class SectionAdmin(MovingAdmin):
    list_display = ("name", "slug", "position", "is_opinion")
    list_editable = ("position",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Tag)
class TagAdmin(MovingAdmin):
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}


class HoldingInline(admin.TabularInline[Holding, Author]):
    model = Holding
    extra = 0
    verbose_name_plural = "holdings: coins that are named under the author’s new stories about them"


@admin.register(Author)
class AuthorAdmin(PictureFieldsMixin, MovingAdmin):
    inlines = (HoldingInline,)
    list_display = ("name", "role", "email")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("portrait", "user")
    picture_fields = ("portrait",)

    def save_model(self, request: HttpRequest, obj: Author, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data:
            for article in Article.objects.filter(authors=obj).only("pk"):
                bylines.refresh(article)
