"""What the banks of NAPAS 247 are called, by the six figures a VietQR code names them with.

As of 23/11/2026, as public lists of VietQR writers give them; a number that is not here is shown as the number.
"""

from __future__ import annotations

from collections.abc import Mapping

BANKS: Mapping[str, str] = {
    "970403": "Sacombank",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970422": "MB",
    "970423": "TPBank",
    "970426": "MSB",
    "970431": "Eximbank",
    "970432": "VPBank",
    "970436": "Vietcombank",
    "970437": "HDBank",
    "970440": "SeABank",
    "970441": "VIB",
    "970443": "SHB",
    "970448": "OCB",
    "970449": "LPBank",
}


def name_of(bank_bin: str) -> str:
    return BANKS.get(bank_bin, bank_bin)
