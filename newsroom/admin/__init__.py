"""The publication's own pages of the desk."""

from newsroom.admin import jobs, publication, users

__all__ = ["jobs", "publication", "users"]
