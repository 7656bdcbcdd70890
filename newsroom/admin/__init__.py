"""The publication's own pages of the desk."""

from newsroom.admin import publication

__all__ = ["publication"]
