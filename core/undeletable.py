"""Rows that nobody deletes: money, counts and decisions."""

from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import pre_delete

REFUSAL = "These rows are kept for good: nobody can delete them."


class Undeletable(ValidationError):
    """Something tried to delete a row that is kept for good. Nothing was deleted."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


class UndeletableQuerySet(models.QuerySet[Any]):
    def delete(self) -> NoReturn:
        raise Undeletable

    # What Django calls by itself for a bulk deletion without signals.
    def _raw_delete(self, using: str | None) -> NoReturn:
        raise Undeletable


class UndeletableModel(models.Model):
    """Refuses deletion by instance, queryset, admin and cascade. Raises Undeletable."""

    objects = UndeletableQuerySet.as_manager()
    # The way past `objects` that Django keeps for itself is closed as well.
    kept_rows = UndeletableQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "kept_rows"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Undeletable


class Unchangeable(ValidationError):
    """Something tried to change a row that is only ever added. Nothing was changed."""

    def __init__(self) -> None:
        super().__init__("These rows are never changed. Add one that reverses it.")


class ImmutableQuerySet(UndeletableQuerySet):
    def update(self, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable


class ImmutableModel(UndeletableModel):
    """A row of a ledger: added, and neither changed nor deleted. Raises Unchangeable.

    A person who is erased leaves it by the database’s own means (SET_NULL), which ask no queryset.
    """

    objects = ImmutableQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **kwargs)


def refuse(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    """Receives pre_delete, which also reaches rows that would go with another by cascade."""
    if isinstance(instance, UndeletableModel):
        raise Undeletable


pre_delete.connect(refuse, dispatch_uid="core.undeletable")
