"""The desk’s pages for stories and all that belongs to them."""

from articles.admin import front_board, images_and_subjects, public_record, stories
from articles.admin.editor import BodyEditorMixin
from articles.admin.images_and_subjects import MovingAdmin
from core.admin import ReadOnlyAdmin, SingleRowAdmin

__all__ = [
    "BodyEditorMixin",
    "MovingAdmin",
    "ReadOnlyAdmin",
    "SingleRowAdmin",
    "front_board",
    "images_and_subjects",
    "public_record",
    "stories",
]
