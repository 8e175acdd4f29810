"""A real S3 server of this machine, which checks signatures (SeaweedFS), with one private bucket."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.servers import wait_for
from tests.services import free_port

BUCKET = "ho-so"
# Who owns the server, and the portal's own key: only this bucket, and nothing but files in it.
OWNER, PORTAL = ("owner-key", "owner-secret"), ("portal-key", "portal-secret")
PORTS = (
    "master.port master.port.grpc volume.port volume.port.grpc filer.port filer.port.grpc "
    "s3.port s3.port.grpc s3.port.iceberg s3.port.lance"
).split()
OPTIONS = (
    "-ip=127.0.0.1 -ip.bind=127.0.0.1 -master.telemetry=false -master.volumeSizeLimitMB=64 -volume.max=8 "
    "-volume.minFreeSpace=1MiB -filer -s3 -s3.autoCreateBucket=false"
).split()


def _identity(name: str, pair: tuple[str, str], actions: list[str]) -> dict[str, Any]:
    return {"name": name, "credentials": [{"accessKey": pair[0], "secretKey": pair[1]}], "actions": actions}


@dataclass
class Weed:
    """The server; it may be stopped and started again, on the same ports and with what it holds."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        while len(set(self.ports.values())) < len(PORTS):
            self.ports = {name: free_port() for name in PORTS}
        allowed = [f"{what}:{BUCKET}" for what in ("Read", "Write", "List")]
        people = [_identity("owner", OWNER, ["Admin"]), _identity("portal", PORTAL, allowed)]
        (self.folder / "data").mkdir()
        (self.folder / "identities.json").write_text(json.dumps({"identities": people}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    def start(self) -> None:
        program = Path(sys.executable).with_name("weed")
        ports = [f"-{name}={port}" for name, port in self.ports.items()]
        where = [f"-dir={self.folder / 'data'}", f"-s3.config={self.folder / 'identities.json'}"]
        with (self.folder / "server.log").open("ab") as out:
            self.process = subprocess.Popen(
                [str(program), "server", *where, *OPTIONS, *ports],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
                start_new_session=True,
            )
        wait_for(self._answers, 60)

    def stop(self) -> None:
        """At once, as a power cut does it: a polite end takes it a quarter of a minute."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "server.log").read_text(errors="replace")[-2000:]
        try:
            self.owner.list_buckets()
        except Exception:  # whatever is not ready yet
            return False
        return True

    @property
    def owner(self) -> Any:
        """A client with all rights, to look at the bucket from outside."""
        quick = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=OWNER[0],
            aws_secret_access_key=OWNER[1],
            config=quick,
        )

    def objects(self) -> dict[str, int]:
        """Key and size of all that is stored."""
        found = self.owner.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return {o["Key"]: o["Size"] for o in found}

    def content(self, key: str) -> bytes:
        return bytes(self.owner.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def empty(self) -> None:
        for key in self.objects():
            self.owner.delete_object(Bucket=BUCKET, Key=key)

    def environment(self) -> dict[str, str]:
        """What an operator sets for the portal."""
        return {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": self.url,
            "S3_ACCESS_KEY": PORTAL[0],
            "S3_SECRET_KEY": PORTAL[1],
        }


@contextlib.contextmanager
def weed(folder: Path) -> Iterator[Weed]:
    server = Weed(folder)
    try:
        server.start()
        server.owner.create_bucket(Bucket=BUCKET)
        yield server
    finally:
        server.stop()


def anonymous(url: str) -> tuple[int, bytes]:
    """Status and body of a request without any key."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()
