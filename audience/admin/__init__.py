"""The audience on the desk."""

from audience.admin import reports, story_list

__all__ = ["reports", "story_list"]
