"""The rich editor under the strict policy."""

from typing import Any

from csp.decorators import csp_update
from django.contrib import admin
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from js_asset import Script
from js_asset.media import Media as MediaWithNonce

# What the editor adds to the page’s style: the one inline style that the strict policy lets pass,
# by its digest.
# A new version of the editor may change it; then the journey of the editor fails on the browser’s
# complaint.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


class BodyEditorMixin(admin.ModelAdmin[Any]):
    """Lets the rich editor work under the strict policy: its import map passes by a nonce, its
    style by a digest. What is pasted keeps what it means.
    """

    class Media:
        js = (Script("newsroom/js/pasting.js", defer=True),)

    @method_decorator(csp_update({"style-src": [EDITOR_STYLE]}))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        context["media"] = MediaWithNonce.from_media(context["media"], nonce=str(request.csp_nonce))  # type: ignore[attr-defined]
        return super().render_change_form(request, context, *args, **kwargs)
