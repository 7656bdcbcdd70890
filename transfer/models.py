"""Imports, and what each of them brought: so that one can be run again, and undone."""

from django.conf import settings
from django.db import models


class Import(models.Model):
    """One run over the files of one site."""

    class Source(models.TextChoices):
        WORDPRESS = "wordpress", "WordPress"
        GHOST = "ghost", "Ghost"
        DISQUS = "disqus", "Disqus"
        ISSO = "isso", "Isso"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        REFUSED = "refused", "Refused"

    source = models.CharField(max_length=20, choices=Source.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    file_name = models.CharField(max_length=200, blank=True)
    data = models.BinaryField(null=True, help_text="The file, packed, until it is imported.")
    with_pictures = models.BooleanField(default=True)
    items_done = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)
    site = models.CharField(
        max_length=300, blank=True, help_text="The address of the site that was exported."
    )
    report = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.get_source_display()}: {self.site or self.file_name}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ImportedObject(models.Model):
    """Something of another site, and what it is here. It is brought once, however often its file
    is imported.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", "Author"
        CATEGORY = "category", "Category"
        TAG = "tag", "Tag"
        STORY = "story", "Story"
        PAGE = "page", "Page"
        PICTURE = "picture", "Picture"
        COMMENT = "comment", "Comment"

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="objects_brought")
    site = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    foreign_id = models.CharField(max_length=64, help_text="A digest where it is longer.")
    target = models.PositiveBigIntegerField(help_text="The key of what it is here.")
    digest = models.CharField(max_length=64, blank=True, help_text="Of what the file said.")
    is_new = models.BooleanField(default=True, help_text="False: it was here before.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind", "foreign_id"], name="one_object_of_a_site"
            )
        ]
        indexes = [models.Index(fields=["kind", "foreign_id"], name="object_by_foreign_id")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.foreign_id}"


class ImportNote(models.Model):
    """A note of what was changed, left out or not understood of one thing."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="notes")
    item = models.CharField(max_length=200, help_text="Its kind, number and title there.")
    address = models.CharField(max_length=2000, blank=True)
    sentence = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.item}: {self.sentence}"
