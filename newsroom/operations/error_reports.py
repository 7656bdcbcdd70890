"""Reports of failures to Sentry, without anything of whoever was reading."""

from typing import Any
from urllib.parse import urlsplit

import sentry_sdk

from newsroom.operations.structured_logs import loggable, request_id


def start(dsn: str, *, environment: str) -> None:
    sentry_sdk.init(
        dsn,
        environment=environment,
        before_send=_without_readers,
        before_breadcrumb=lambda crumb, hint: None,  # Queries and addresses, with what is in them.
        # What a function held may be an address, a key or somebody’s words.
        include_local_variables=False,
        max_request_body_size="never",
        send_default_pii=False,
        auto_session_tracking=False,
        send_client_reports=False,
    )


def _without_readers(event: Any, hint: Any) -> Any:
    """Of a request only its method and path stay, and the id by which the logs name it."""
    event.pop("user", None)
    if given := event.get("request"):
        parts = urlsplit(given.get("url", ""))
        event["request"] = {
            "method": given.get("method", ""),
            "url": f"{parts.scheme}://{parts.netloc}{loggable(parts.path)}",
        }
    # Of Django’s own records: the path again, with a key at its end.
    event.get("extra", {}).pop("request", None)
    event.pop("transaction", None)
    if current := request_id.get():
        event.setdefault("tags", {})["request_id"] = current
    return event
