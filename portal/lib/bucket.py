"""An S3 bucket as Django's storage: answers in bounded time, streams, fails as a disk does (OSError)."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

# Seconds. A person waits at the other end, and the worker serves nobody else meanwhile.
CONNECT, READ, TRIES = 3, 20, 2
# One request a file, read from the spooled upload as it goes: parts would each be held in memory (bytes).
ONE_REQUEST = 1024**3


class BucketError(OSError):
    """The bucket did not do it: unreachable, refused, gone."""


@contextlib.contextmanager
def _failing_as_a_disk() -> Iterator[None]:
    try:
        yield
    except ClientError as refused:
        raise BucketError(f"the bucket answered {refused.response.get('Error', {}).get('Code')}") from refused
    except (BotoCoreError, RetriesExceededError) as problem:
        raise BucketError(f"the bucket could not be reached ({type(problem).__name__})") from problem


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    def get_default_settings(self) -> dict[str, Any]:
        # Many S3 services of other makers refuse checksums that they do not ask for.
        client = Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            signature_version="s3v4",
        )
        transfer = TransferConfig(use_threads=False, multipart_threshold=ONE_REQUEST)
        return {**super().get_default_settings(), "client_config": client, "transfer_config": transfer}

    def _open(self, name: str, mode: str = "rb") -> Any:
        """The file is fetched here, not while an answer is already on its way. Raises FileNotFoundError."""
        with _failing_as_a_disk():
            try:
                opened = super()._open(name, mode)
                opened.open()
            except FileNotFoundError:
                # Without the bucket every file is "not found"; that is another trouble.
                self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
                raise
            return opened

    def _save(self, name: str, content: Any) -> str:
        with _failing_as_a_disk():
            return str(super()._save(name, content))

    def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        with _failing_as_a_disk():
            try:
                return int(super().size(name))
            except FileNotFoundError:
                self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
                raise

    def exists(self, name: str) -> bool:
        with _failing_as_a_disk():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _failing_as_a_disk():
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _failing_as_a_disk():
            folders, names = super().listdir(path)
            return folders, names

    def get_modified_time(self, name: str) -> datetime.datetime:
        with _failing_as_a_disk():
            found: datetime.datetime = super().get_modified_time(name)
            return found
