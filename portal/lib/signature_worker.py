"""The short-lived process that looks at the digital signatures of one PDF, so that web workers never load pyHanko.

Run as a script by submissions/signatures.py through portal/lib/child.py. It reads four bytes of length, a JSON header
{"roots": [certificates in base64, PEM or DER], "now": ISO time} and the PDF from standard input, and writes what it
found as JSON. It fetches nothing: revocation stays unchecked.
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import logging
import resource
import sys
from typing import Any

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 30
MOST_SIGNATURES = 20
LONGEST_NAME = 200

VALID, INVALID, MODIFIED, UNTRUSTED, NONE, UNKNOWN = "valid", "invalid", "modified", "untrusted", "none", "unknown"
# From the worst to the best: a file is as good as the worst of its signatures.
ORDER = (UNKNOWN, INVALID, MODIFIED, UNTRUSTED, VALID)
# What was wrong with an invalid one.
BROKEN, OUT_OF_DATE, REFUSED = "broken", "out_of_date", "refused"


def check(pdf: bytes, roots: list[bytes], now: datetime.datetime) -> dict[str, Any]:
    """{"state": …, "signatures": […], "unread_roots": count}."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - only this process may load it

    anchors, unread = certificates(roots)
    answer: dict[str, Any] = {"state": UNKNOWN, "signatures": [], "unread_roots": unread}
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if reader.encrypted:
            return answer
        embedded = sorted(reader.embedded_regular_signatures, key=lambda s: s.signed_revision)
    except Exception:  # whatever a hostile or broken file makes the reader raise
        return answer
    if not embedded or len(embedded) > MOST_SIGNATURES:
        return {**answer, "state": UNKNOWN if embedded else NONE}
    found = _checked(embedded, anchors, now)
    return {**answer, "state": min((s["state"] for s in found), key=ORDER.index), "signatures": found}


def certificates(roots: list[bytes]) -> tuple[list[Any], int]:
    """The certificates of the given files, and how many files could not be read."""
    from asn1crypto import pem, x509  # noqa: PLC0415 - only this process may load it

    found, unread = [], 0
    for raw in roots:
        try:
            parts = [der for _kind, _headers, der in pem.unarmor(raw, multiple=True)] if pem.detect(raw) else [raw]
            several = [x509.Certificate.load(der, strict=True) for der in parts]
            for certificate in several:
                certificate.subject.native  # noqa: B018 - parsing is lazy: a broken one fails here
            found += several
        except (ValueError, TypeError):
            unread += 1
    return found, unread


def _checked(embedded: list[Any], anchors: list[Any], now: datetime.datetime) -> list[dict[str, Any]]:
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415 - only this process may load it

    statuses = [_status(signature, anchors, now) for signature in embedded]
    whole = any(s is not None and s.coverage == SignatureCoverageLevel.ENTIRE_FILE for s in statuses)
    return [_described(e, s, now, whole) for e, s in zip(embedded, statuses, strict=True)]


def _status(signature: Any, anchors: list[Any], now: datetime.datetime) -> Any:
    """What pyHanko says; None when the signature cannot be read."""
    from pyhanko.sign.validation import KeyUsageConstraints, validate_pdf_signature  # noqa: PLC0415 - only this process
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    context = ValidationContext(trust_roots=anchors, allow_fetching=False, moment=now, revocation_mode="soft-fail")
    usage = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False)
    try:
        return validate_pdf_signature(signature, context, key_usage_settings=usage)
    except Exception:  # whatever a hostile or broken signature makes it raise
        return None


def _described(embedded: Any, status: Any, now: datetime.datetime, whole: bool) -> dict[str, Any]:
    if status is None:
        return {"state": INVALID, "trouble": BROKEN, "signer": "", "issuer": "", "signed_at": "", "coverage": ""}
    certificate = status.signing_cert
    state, trouble = _judged(status, now, whole)
    return {
        "state": state,
        "trouble": trouble,
        "signer": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "signed_at": _time(status, embedded),
        "coverage": status.coverage.name,
    }


def _judged(status: Any, now: datetime.datetime, whole: bool) -> tuple[str, str]:
    """`whole`: some signature of the file covers all of it, so that nothing was appended behind the last one."""
    certificate = status.signing_cert
    if not status.valid or not status.intact:
        return INVALID, BROKEN
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        return INVALID, OUT_OF_DATE
    if not whole or not status.docmdp_ok:
        return MODIFIED, ""
    if status.trusted:
        return VALID, ""
    return (UNTRUSTED, "") if _is_unknown_root(status) else (INVALID, REFUSED)


def _is_unknown_root(status: Any) -> bool:
    from pyhanko.sign.ades.report import AdESIndeterminate  # noqa: PLC0415 - only this process may load it

    return bool(status.trust_problem_indic == AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND)


def _name(name: Any) -> str:
    """The common name, else the organisation, as written in the certificate."""
    native = name.native
    found = native.get("common_name") or native.get("organization_name") or ""
    words = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    return words[:LONGEST_NAME]


def _time(status: Any, embedded: Any) -> str:
    """The time of a timestamp that holds, else the time that the signer's machine claims; "" when there is none."""
    stamp = status.timestamp_validity
    at = stamp.timestamp if stamp is not None and stamp.bottom_line else embedded.self_reported_timestamp
    if at is None:
        return ""
    return str((at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).isoformat())


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    logging.disable(logging.CRITICAL)
    source = sys.stdin.buffer
    header = json.loads(source.read(int.from_bytes(source.read(4), "big")))
    roots = [base64.b64decode(root) for root in header["roots"]]
    answer = check(source.read(), roots, datetime.datetime.fromisoformat(header["now"]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
