"""Validators of stories’ fields."""

from django.core.exceptions import ValidationError


def own_path(path: str) -> None:
    """Raise ValidationError for what is not the path of a page of ours."""
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "?" in path
        or "#" in path
        or "\\" in path
    ):
        raise ValidationError("Write the path of a page here, such as /policy/a-story/.")
