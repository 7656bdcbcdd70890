"""The desk’s pages for stories and all that belongs to them."""

from articles.admin import library, record, stories
from articles.admin.editor import BodyEditorMixin
from articles.admin.single_row import SingleRowAdmin
from core.read_only_admin import ReadOnlyAdmin

__all__ = ["BodyEditorMixin", "ReadOnlyAdmin", "SingleRowAdmin", "library", "record", "stories"]
