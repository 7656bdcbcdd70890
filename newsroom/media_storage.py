"""Pictures in a bucket that several machines share: any storage that speaks S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from core.media import StorageAway

SCHEMES = {"s3": "https", "s3+http": "http"}
# No name is used twice, so whoever has a picture may keep it.
KEPT_FOR_GOOD = "public, max-age=31536000, immutable"


def options_of(url: str, name: str = "MEDIA_STORAGE_URL") -> dict[str, Any]:
    """Return the options of a bucket written as `s3://key:secret@host/bucket/folder?region=…&public=…`.

    `public` is where readers fetch its files, the bucket itself if it is not given. Raises
    ImproperlyConfigured, naming the variable `name`.
    """
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    bucket, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not bucket:
        raise ImproperlyConfigured(
            f"{name} must look like s3://KEY:SECRET@HOST/BUCKET, where HOST is the one of your provider."
        )
    host = parts.netloc.rpartition("@")[2]
    public = query.get("public", [f"{SCHEMES[parts.scheme]}://{host}/{bucket}"])[0].rstrip("/")
    if not public.startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"public in {name} must begin with https:// or http://.")
    protocol, _, domain = public.partition("://")
    return {
        "bucket_name": bucket,
        "location": folder,
        "endpoint_url": f"{SCHEMES[parts.scheme]}://{host}",
        "region_name": query.get("region", ["us-east-1"])[0],
        # Without a key the machine’s own role is asked.
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        "custom_domain": domain,
        "url_protocol": f"{protocol}:",
        "default_acl": None,
        "querystring_auth": False,
        "file_overwrite": False,
        "object_parameters": {"CacheControl": KEPT_FOR_GOOD},
        "client_config": Config(
            connect_timeout=3,
            read_timeout=10,
            retries={"max_attempts": 2, "mode": "standard"},
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Storages other than Amazon’s do not know the checksums that it added later.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }


def public_address(options: dict[str, Any]) -> str:
    """The address at which readers fetch the files of a bucket with these options, with a slash at its end."""
    folder = f"{options['location']}/" if options["location"] else ""
    return f"{options['url_protocol']}//{options['custom_domain']}/{folder}"


@contextmanager
def _told_apart() -> Iterator[None]:
    """Let a bucket that is away be told from what is wrong with a file."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageAway(str(error)) from error


class BucketStorage(S3Storage):
    """Pictures in a bucket. Raises StorageAway where the library has errors of its own."""

    def open(self, name: str, mode: str = "rb") -> File[Any]:
        """Read the whole file at once: a picture that comes in part is of no use."""
        with _told_apart():
            file: File[Any] = super().open(name, mode)
            if "r" in mode:
                file.open()
            return file

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        with _told_apart():
            return str(super().save(name, content, max_length))

    def delete(self, name: str) -> None:
        with _told_apart():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _told_apart():
            return bool(super().exists(name))

    def size(self, name: str) -> int:
        with _told_apart():
            return int(super().size(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _told_apart():
            folders, files = super().listdir(path)
            return folders, files
