"""Stories, who wrote them, what they are about, the pictures in them, and what the desk keeps of
its work.
"""

from articles.models.desk import Autosave, FrontPick, Note, PreviewLink, Revision
from articles.models.pictures import Image
from articles.models.public_record import Correction, FormerSlug, Redirect
from articles.models.stories import Article, ArticleCoin, Byline, Listing, RelatedPick, StatusChange
from articles.models.subjects import RESERVED_SLUGS, Author, Holding, Section, Tag, not_reserved

__all__ = [
    "RESERVED_SLUGS",
    "Article",
    "ArticleCoin",
    "Author",
    "Autosave",
    "Byline",
    "Correction",
    "FormerSlug",
    "FrontPick",
    "Holding",
    "Image",
    "Listing",
    "Note",
    "PreviewLink",
    "Redirect",
    "RelatedPick",
    "Revision",
    "Section",
    "StatusChange",
    "Tag",
    "not_reserved",  # named by the first migration
]
