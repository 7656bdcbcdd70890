"""The environment, read with care: every refusal is one clear sentence."""

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from core.media import MEDIA_PATH

SHORTEST_SECRET_KEY = 50
PART, WEB = "NEWSROOM_PART", "web"  # set by the module that a web server loads
LOCK_WAIT, LONGEST_QUERY = 5, 15  # seconds that a reader waits at most
SECRETS = (
    *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "METRICS_TOKEN", "CDN_TOKEN"),
    *("MAIL_PROVIDER_KEY", "MAIL_WEBHOOK_SECRET", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    *("AKISMET_KEY", "CLASSIFIER_KEY", "COINGECKO_API_KEY", "COMMENT_HOOK_SECRET", "SENTRY_DSN"),
    *("MEDIA_STORAGE_URL", "BACKUP_STORAGE_URL", "BOUNCE_IMAP_URL", "SECRET_KEY_FALLBACKS"),
    "MAIL_WEBHOOK_SIGNING_KEY",
)
# Providers of mail whose interface and whose webhooks we speak, and what their key is called there.
MAIL_PROVIDERS: dict[str, str] = {
    "brevo": "BREVO_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}


def read_secret_files() -> None:
    """Containers get secrets as files: SECRET_KEY_FILE names one that holds SECRET_KEY. Raises
    ImproperlyConfigured when it cannot be read.
    """
    for name in SECRETS:
        path = os.environ.get(f"{name}_FILE", "")
        if not path or os.environ.get(name):
            continue
        try:
            os.environ[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ImproperlyConfigured(f"{name}_FILE is {path}, which cannot be read.") from error


def writable_folder(path: Path) -> Path:
    """Return `path`, made if need be. Raises ImproperlyConfigured when it cannot hold our files."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {path}, which cannot be used: {error.strerror}."
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"DATA_DIR is {path}, which cannot be written to.")
    return path


def kept_secret_key(path: Path) -> str:
    """Return the key kept in `path`; the first call makes one that only its owner may read."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key() + get_random_secret_key())
    except FileExistsError:
        pass
    return path.read_text().strip()


def real_secret_key(value: str) -> str:
    """Return `value` if it is fit for production, or raise ImproperlyConfigured."""
    if (
        len(value) < SHORTEST_SECRET_KEY
        or len(set(value)) < 5
        or value.startswith("django-insecure")
    ):
        raise ImproperlyConfigured(
            f"SECRET_KEY must be a random text of at least {SHORTEST_SECRET_KEY} characters."
        )
    return value


def host_of(address: str) -> str:
    """The host of a web address, in small letters, without its port."""
    return urlsplit(address).hostname or ""


def one_of(name: str, choices: Sequence[str]) -> str:
    """Return a variable that names one of `choices`, or nothing."""
    value = os.environ.get(name, "").strip().lower()
    if value and value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(choices)}.")
    return value


def whole_number(name: str, *, default: int, most: int, least: int = 1) -> int:
    """Return a variable that counts something, from `least` to `most`."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdecimal() and least <= int(value[:9]) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def required(name: str) -> str:
    """Return a variable that production cannot do without."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} must be set in the environment.")
    return value


def mail_provider(name: str, key: str, secret: str, env: environ.Env) -> dict[str, str | int]:
    """Return django-anymail’s settings. Without the secret of the webhook anybody could tell us of
    bounces.
    """
    if ":" not in secret:
        raise ImproperlyConfigured(
            "MAIL_WEBHOOK_SECRET must be a name and a password with a colon between them."
        )
    found: dict[str, str | int] = {MAIL_PROVIDERS[name]: key, "WEBHOOK_SECRET": secret}
    if domain := env.str("MAIL_PROVIDER_DOMAIN", default=""):
        found[f"{name.upper()}_SENDER_DOMAIN"] = domain
    if url := env.str("MAIL_PROVIDER_URL", default=""):
        found[f"{name.upper()}_API_URL"] = url
    if signing_key := env.str("MAIL_WEBHOOK_SIGNING_KEY", default=""):
        found[f"{name.upper()}_WEBHOOK_SIGNING_KEY"] = signing_key
    return found


def serves_pages() -> bool:
    """True in a web process, where a reader waits for every query."""
    return os.environ.get(PART) == WEB


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Return Django's settings of the database at `url`, or of SQLite in the data folder.

    Jobs and commands wait for locks, and work at a query, as long as it takes; readers do not.
    """
    url = url or f"sqlite:///{data_dir / 'newsroom.sqlite3'}"
    if not url.startswith(("sqlite:", "postgres:", "postgresql:")):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    settings = environ.Env.db_url_config(url)
    # Opening one costs a request a millisecond and more, with SQLite as well.
    settings["CONN_MAX_AGE"] = 60
    if url.startswith("sqlite:"):
        settings["OPTIONS"] = {
            # A write transaction takes its lock at the start: two writers wait instead of failing
            # half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_WAIT if serves_pages() else 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        }
        # Tests use a file as well: a database in memory locks in other ways, and hides races.
        settings["TEST"] = {"NAME": str(data_dir / "test.sqlite3")}
    else:
        # A socket’s folder is written with %2F for each slash.
        settings["HOST"] = unquote(settings["HOST"])
        settings["CONN_HEALTH_CHECKS"] = True
        # A server that vanishes without a word, as its machine does, is given up within 25 seconds: the
        # kernel alone would wait for a quarter of an hour.
        settings["OPTIONS"] = {
            "connect_timeout": 5,
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,  # milliseconds
        }
    return settings


def media_storage(url: str) -> tuple[str, dict[str, Any]]:
    """Return where readers fetch pictures, and Django's settings of where they are kept: the bucket
    at `url`, or our own folder.
    """
    if not url:
        return MEDIA_PATH, {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    # Its library takes a while to load, so only who has a bucket waits for it.
    bucket = import_module("newsroom.media_storage")
    options = bucket.options_of(url, "MEDIA_STORAGE_URL")
    return bucket.public_address(options), {
        "BACKEND": "newsroom.media_storage.BucketStorage",
        "OPTIONS": options,
    }


def backup_storage(url: str) -> dict[str, dict[str, Any]]:
    """Return Django's settings of the bucket that backups are copied to, if there is one."""
    if not url:
        return {}
    options = import_module("newsroom.media_storage").options_of(url, "BACKUP_STORAGE_URL")
    options["object_parameters"] = {}
    return {"backups": {"BACKEND": "newsroom.media_storage.BucketStorage", "OPTIONS": options}}


def origins(address: str) -> list[str]:
    """The origin of an address for a content security policy; none for a path of our own."""
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
