"""The desk’s pages for stories and all that belongs to them."""

from articles.admin import images_and_subjects, public_record, stories
from articles.admin.editor import BodyEditorMixin
from core.admin import ReadOnlyAdmin, SingleRowAdmin

__all__ = [
    "BodyEditorMixin",
    "ReadOnlyAdmin",
    "SingleRowAdmin",
    "images_and_subjects",
    "public_record",
    "stories",
]
