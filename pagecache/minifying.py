"""Pages small on the wire."""


def minified(body: bytes) -> bytes:
    """HTML without the white space and the comments of its templates, and otherwise as it was
    written.
    """
    # Only in processes that make pages: it takes ten megabytes of each.
    import minify_html

    text: str = minify_html.minify(
        body.decode(),
        keep_closing_tags=True,
        keep_html_and_head_opening_tags=True,
        keep_input_type_text_attr=True,
        minify_doctype=False,
        allow_noncompliant_unquoted_attribute_values=False,
        allow_removing_spaces_between_attributes=False,
        allow_optimal_entities=False,
    )
    return text.encode()
