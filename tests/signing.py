"""A certificate authority of the tests, and PDFs signed with its certificates."""

from __future__ import annotations

import datetime
import io

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore


def _name(common: str) -> x509.Name:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")
    return x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs: bool, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_cert_sign=certifies,
        crl_sign=certifies,
        key_encipherment=not signs and not certifies,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


class Authority:
    """A root of its own with a fresh key."""

    def __init__(self, name: str) -> None:
        self.name, self.key = _name(name), rsa.generate_private_key(65537, 2048)
        usage = _usage(signs=False, certifies=True)
        self.certificate = self._issue(self.name, self.key.public_key(), (-900, 900), usage, is_authority=True)

    def _issue(
        self,
        subject: x509.Name,
        public: rsa.RSAPublicKey,
        days: tuple[int, int],
        usage: x509.KeyUsage,
        *,
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        since, until = (now + datetime.timedelta(days=d) for d in days)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
        builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        return builder.add_extension(usage, critical=True).sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(
        self,
        content: bytes,
        signer: str,
        *,
        field: str = "Chữ ký",
        days: tuple[int, int] = (-30, 365),
        may_sign: bool = True,
    ) -> bytes:
        """The PDF with a PAdES signature of a new certificate in the name of `signer`, valid from day to day."""
        key = rsa.generate_private_key(65537, 2048)
        usage = _usage(signs=may_sign, certifies=False)
        leaf = self._issue(_name(signer), key.public_key(), days, usage)
        form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        known = SimpleCertificateStore()
        known.register(asn1_x509.Certificate.load(self.der))
        simple = signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(leaf.public_bytes(serialization.Encoding.DER)),
            signing_key=keys.PrivateKeyInfo.load(key.private_bytes(*form)),
            cert_registry=known,
        )
        metadata = PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES)
        out = io.BytesIO()
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), metadata, signer=simple, output=out)
        return out.getvalue()
