"""A private certificate authority for the gRPC connections of a stack on one machine.

The authority's key exists in memory only while certificates are made: nobody can make another one later.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from concord_stack.ports import HOST
from concord_stack.templates import write_private

_LIFE = timedelta(days=90)


@dataclass(frozen=True)
class Certificate:
    """PEM files: a server's certificate, its key, and the authority that its callers must trust."""

    certificate: Path
    key: Path
    authority: Path


def make_certificates(folder: Path, servers: Iterable[str]) -> dict[str, Certificate]:
    """One certificate for each server name, all for loopback addresses, signed by a new authority."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Concord local authority")
    authority = (
        _builder(name, name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    trusted = write_private(folder / "authority.pem", authority.public_bytes(serialization.Encoding.PEM))
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
    made = {}
    for server in servers:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(server), name, key.public_key())
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
            .sign(authority_key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        made[server] = Certificate(
            write_private(folder / f"{server}.pem", pem), write_key(folder / f"{server}.key", key), trusted
        )
    return made


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> Path:
    """The private key as unencrypted PKCS #8 PEM, readable by its owner only."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return write_private(path, pem)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # a peer's clock may be a little behind
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
