"""The names of what pages are made of. Short, because they travel as a `Surrogate-Key`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

EVERYTHING = "everything"
MISSING = "missing"  # pages that say that there is nothing: whatever is new may be what they lack


def row_tag(row: "Model") -> str:
    """One row: article:12."""
    return f"{row._meta.model_name}:{row.pk}"


def table_tag(model: "type[Model] | Model") -> str:
    """All rows of a small table, and that there are no others: section:*."""
    return f"{model._meta.model_name}:*"


def list_tag(what: str, row: "Model") -> str:
    """A list that belongs to a row, such as the stories of a section: section:3:stories."""
    return f"{row_tag(row)}:{what}"
