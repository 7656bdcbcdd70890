"""What the desk shows of the audience."""

from audience.admin import reports, story_list

__all__ = ["reports", "story_list"]
