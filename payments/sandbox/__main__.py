"""python -m payments.sandbox --port N [--host H] --notify http://site [--data DIR]

VNPAY_TMN_CODE, VNPAY_HASH_SECRET, EMS_TOKEN and EMS_WEBHOOK_TOKEN come from the environment, as the portal's do;
without them those of a trial hold.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from payments.sandbox.answers import Refused
from payments.sandbox.ems import Tokens
from payments.sandbox.sending import Options
from payments.sandbox.server import Sandbox, serve, site
from payments.sandbox.vnpay import Merchant


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m payments.sandbox", description="VNPAY and EMS, make-believe.")
    parser.add_argument("--port", type=int, required=True, help="0: a free one, said on the first line")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--notify", type=site, default="", help="the portal's address; empty: nobody is told")
    parser.add_argument("--data", type=Path, help="a folder that keeps what happened")
    parser.add_argument("--public", default="", help="the address under which browsers reach it")
    parser.add_argument("--retry", type=float, default=2.0, metavar="SECONDS", help="between two calls")
    parser.add_argument("--timeout", type=float, default=15.0, metavar="SECONDS", help="for the answer to a call")
    parser.add_argument("--ems-auto", type=float, default=0.0, metavar="SECONDS", help="parcels move by themselves")
    return parser.parse_args(argv)


def secret(name: str, otherwise: str) -> str:
    return os.environ.get(name, "").strip() or otherwise


def build(given: argparse.Namespace) -> Sandbox:
    merchant = Merchant(
        secret("VNPAY_TMN_CODE", "HLSAND01"), secret("VNPAY_HASH_SECRET", "SANDBOX-SECRET-NOT-A-SECRET")
    )
    tokens = Tokens(secret("EMS_TOKEN", "SANDBOX-TOKEN"), secret("EMS_WEBHOOK_TOKEN", "sandbox-webhook-not-a-secret"))
    options = Options(given.notify, given.retry, given.timeout, given.ems_auto)
    return Sandbox(merchant, tokens, options, given.data)


def main(argv: Sequence[str]) -> int:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    try:
        given = arguments(argv)
        server = serve(given.host, given.port, build(given))
    except (OSError, OverflowError, Refused) as error:
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return 1

    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    host = f"[{given.host}]" if ":" in given.host else given.host
    sys.stdout.write(f"{given.public or f'http://{host}:{server.server_address[1]}'}/\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
