"""Exports of an invented WordPress site, written out item by item."""

from typing import Any
from xml.sax.saxutils import escape

SPACES = (
    'xmlns:excerpt="http://wordpress.org/export/{0}/excerpt/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/{0}/"'
)
SITE = "https://old.example"


def cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def export(*parts: str, version: str = "1.2", declared: str = "UTF-8") -> str:
    return (
        f'<?xml version="1.0" encoding="{declared}" ?>\n'
        f'<rss version="2.0" {SPACES.format(version)}>\n<channel>\n<title>Old</title>\n'
        f"<wp:wxr_version>{version}</wp:wxr_version>\n<wp:base_site_url>{SITE}</wp:base_site_url>\n"
        f"<wp:base_blog_url>{SITE}</wp:base_blog_url>\n"
        + "\n".join(parts)
        + "\n</channel>\n</rss>\n"
    )


def author(login: str, name: str = "", email: str = "") -> str:
    return (
        f"<wp:author><wp:author_login>{cdata(login)}</wp:author_login>"
        f"<wp:author_email>{cdata(email)}</wp:author_email>"
        f"<wp:author_display_name>{cdata(name)}</wp:author_display_name></wp:author>"
    )


def category(slug: str, name: str, parent: str = "") -> str:
    return (
        f"<wp:category><wp:category_nicename>{cdata(slug)}</wp:category_nicename>"
        f"<wp:category_parent>{cdata(parent)}</wp:category_parent>"
        f"<wp:cat_name>{cdata(name)}</wp:cat_name></wp:category>"
    )


def tag(slug: str, name: str) -> str:
    return f"<wp:tag><wp:tag_slug>{cdata(slug)}</wp:tag_slug><wp:tag_name>{cdata(name)}</wp:tag_name></wp:tag>"


def comment(number: int, parent: int = 0, **changes: Any) -> str:
    told = {
        "author": f"Reader {number}",
        "author_email": f"reader{number}@mail.example",
        "author_url": "",
        "author_IP": "192.0.2.1",
        "date_gmt": "2020-01-02 10:00:00",
        "content": f"Comment {number}",
        "approved": "1",
        "type": "comment",
        **changes,
    }
    fields = "".join(
        f"<wp:comment_{name}>{cdata(str(value))}</wp:comment_{name}>"
        for name, value in told.items()
    )
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>{fields}"
        f"<wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )


def item(number: int, *inside: str, **changes: Any) -> str:
    """A published post, unless `changes` say otherwise. `terms` are (domain, slug, name)."""
    told: dict[str, Any] = {
        "title": f"Story {number}",
        "slug": f"story-{number}",
        "link": f"{SITE}/2020/01/story-{number}/",
        "creator": "ada",
        "content": "<!-- wp:paragraph --><p>What happened, in a sentence.</p><!-- /wp:paragraph -->",
        "excerpt": "",
        "date": "2020-01-01 09:00:00",
        "status": "publish",
        "kind": "post",
        "password": "",
        "sticky": 0,
        "file": "",
        "terms": (),
        "meta": {},
        **changes,
    }
    terms = "".join(
        f'<category domain="{domain}" nicename="{escape(slug)}">{cdata(name)}</category>'
        for domain, slug, name in told["terms"]
    )
    meta = "".join(
        f"<wp:postmeta><wp:meta_key>{cdata(key)}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>"
        for key, value in told["meta"].items()
    )
    file = f"<wp:attachment_url>{cdata(told['file'])}</wp:attachment_url>" if told["file"] else ""
    return (
        f"<item><title>{cdata(told['title'])}</title><link>{escape(told['link'])}</link>"
        f"<dc:creator>{cdata(told['creator'])}</dc:creator>"
        f"<content:encoded>{cdata(told['content'])}</content:encoded>"
        f"<excerpt:encoded>{cdata(told['excerpt'])}</excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>{told['date']}</wp:post_date>"
        f"<wp:post_date_gmt>{told['date']}</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>"
        f"<wp:post_name>{cdata(told['slug'])}</wp:post_name><wp:status>{told['status']}</wp:status>"
        f"<wp:post_parent>0</wp:post_parent><wp:post_type>{told['kind']}</wp:post_type>"
        f"<wp:post_password>{cdata(told['password'])}</wp:post_password>"
        f"<wp:is_sticky>{told['sticky']}</wp:is_sticky>{file}{terms}{meta}{''.join(inside)}</item>"
    )


def attachment(number: int, path: str, **changes: Any) -> str:
    return item(
        number,
        kind="attachment",
        status="inherit",
        content="",
        link=f"{SITE}/?attachment_id={number}",
        file=f"{SITE}/wp-content/uploads/{path}",
        **changes,
    )
