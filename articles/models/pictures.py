"""The library of pictures."""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinLengthValidator
from django.db import models

from articles import cache_tags
from articles.media import images, uploads
from articles.media.fields import PictureField
from pagecache.cache_tagged import CacheTagged


class Image(CacheTagged):
    """A picture in the library. Smaller renditions are made by the worker after the upload."""

    file = PictureField(
        upload_to=images.library_path,
        max_length=255,  # of the name that it comes with, which is not kept
        validators=[images.validate_library_picture],
        width_field="width",
        height_field="height",
        help_text="JPEG, PNG, WebP, HEIC, AVIF or GIF (its first frame), at least 600 pixels wide, 40 MB "
        "at most.",
    )
    alt = models.CharField(
        "description",
        max_length=300,
        validators=[MinLengthValidator(3)],
        help_text="What a reader who cannot see the picture should know.",
    )
    caption = models.CharField(max_length=300, blank=True)
    credit = models.CharField(
        max_length=120, blank=True, help_text="Such as: Photograph: Ada Quill."
    )
    focal_x = models.PositiveSmallIntegerField(
        "focal point, from the left",
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="In per cent. What stands here is never cut off.",
    )
    focal_y = models.PositiveSmallIntegerField(
        "focal point, from the top",
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="In per cent.",
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    renditions = models.JSONField(
        default=dict, editable=False, help_text="Width in pixels: file name."
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.alt

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whatever the way in, nobody learns from a picture where it was taken, and a file that took
        another’s place leaves nothing of it behind.
        """
        if not self.file or getattr(self.file, "_committed", True):
            super().save(*args, **kwargs)
            return
        self.file = uploads.read(self.file, uploads.LIBRARY).file
        before = type(self).objects.filter(pk=self.pk).first()
        super().save(*args, **kwargs)
        if before is not None:
            images.delete_files(before.file_names())

    def file_names(self) -> list[str]:
        """Everything that is kept of it: the original and the renditions."""
        return [name for name in (self.file.name, *self.renditions.values()) if name]

    @property
    def url(self) -> str:
        """The address of the picture at a size fit for most screens."""
        return images.url_at_width(self, 1280)

    @property
    def small_url(self) -> str:
        return images.url_at_width(self, 400)

    @property
    def srcset(self) -> str:
        return images.srcset(self)

    @property
    def avif_srcset(self) -> str:
        return images.srcset(self, images.AVIF_PREFIX)

    def cache_tags(self) -> list[str]:
        """The texts that it stands in, the stories that it leads, and whose portrait it is."""
        stories = self.led_stories.values_list("pk", flat=True)
        authors = self.portrayed.values_list("pk", flat=True)
        return [
            cache_tags.picture_tag(self.pk),
            *(f"article:{pk}" for pk in stories),
            *(f"author:{pk}" for pk in authors),
        ]
