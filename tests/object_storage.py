"""A server that speaks S3, and buckets on it, which anybody may read."""

import contextlib
import functools
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

KEY, SECRET = "test-key", "test-secret"


@dataclass
class Bucket:
    url: str  # for MEDIA_STORAGE_URL
    public: str
    name: str
    client: Any

    def names(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name)
        return sorted(each["Key"] for each in found.get("Contents", ()))

    def headers_of(self, name: str) -> dict[str, Any]:
        return dict(self.client.head_object(Bucket=self.name, Key=name))


@functools.cache
def server() -> str:
    """The host and port of a server that runs as long as this process."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    return f"{host}:{port}"


@contextlib.contextmanager
def bucket() -> Iterator[Bucket]:
    host, name = server(), f"pictures-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=name, ACL="public-read")
    address = f"http://{host}/{name}"
    yield Bucket(f"s3+http://{KEY}:{SECRET}@{host}/{name}", address, name, client)
