"""Random codes that can be read out on the phone."""

import secrets

# Without 0/O, 1/I/L, 5/S, 2/Z, B/8, U/V: letters that are mixed up by ear or eye.
ALPHABET = "346789ACDEFGHJKMNPQRTWXY"
# How the reference of a rehearsal begins: "thử". No other begins so, there is no U among the signs.
REHEARSAL = "THU"


def reference(begin: str = "") -> str:
    """A tracking reference such as HL7K-QM9Q: eight signs, 24**8 possibilities; fewer after a given beginning."""
    signs = begin + "".join(secrets.choice(ALPHABET) for _ in range(8 - len(begin)))
    return f"{signs[:4]}-{signs[4:]}"


def secret() -> str:
    """The second secret that opens a submission: three groups of four signs, 55 bits."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return "-".join(signs[i : i + 4] for i in (0, 4, 8))


def token() -> str:
    """An unguessable key for addresses and storage names, 128 bits."""
    return secrets.token_urlsafe(16)


def normal(code: str) -> str:
    """A code as typed by hand, in the written form: capitals, blanks and dashes do not matter."""
    signs = "".join(c for c in code.upper() if c.isalnum())
    return "-".join(signs[i : i + 4] for i in range(0, len(signs), 4))
