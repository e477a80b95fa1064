"""Certificates for etcd: an authority of one's own, and certificates that it signs.

Keys are P-256 (RFC 5480), unencrypted PKCS #8; certificates follow RFC 5280. They serve both as a server's and as a
client's, since etcd's members are both to each other. The cryptography library takes 50 to 100 ms to load: import this
file where it is used.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bunraku.etcd.errors import BadSettings

SLACK = timedelta(minutes=5)
"""How far back a certificate is valid: a host whose clock is a little slow takes it too."""


class Pair(NamedTuple):
    """A certificate and its key, PEM."""

    cert: bytes
    key: bytes


def make_authority(name: str, days: int) -> Pair:
    """A new authority called `name`, valid for `days`. Raises `BadSettings`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _builder(subject, subject, key, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(sign_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return _signed(builder, key, key)


def issue(name: str, hosts: Sequence[str], days: int, *, ca_cert: str, ca_key: str) -> Pair:
    """A certificate for `name` at `hosts` (names and addresses), signed by the authority in the files given.

    Raises `BadSettings`.
    """
    authority, signer = _certificate(ca_cert), _key(ca_key)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(name), authority.subject, key, days)
    builder = builder.add_extension(_usage(sign_certificates=False), critical=True)
    builder = builder.add_extension(_authority_id(authority), critical=False)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_alternative, hosts))), critical=False)
    return _signed(builder, signer, key)


def expires(cert: str) -> datetime:
    """When the certificate in the file `cert` is no longer valid. Raises `BadSettings`."""
    return _certificate(cert).not_valid_after_utc


def hosts_of(cert: str) -> list[str]:
    """The names and addresses that the certificate in the file `cert` is for, sorted. Raises `BadSettings`."""
    try:
        names = _certificate(cert).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return sorted([*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))])


def signed_by(cert: str, ca_cert: str) -> bool:
    """Whether the certificate was signed by the authority, or one of several in its file; how old it is does not count.

    Raises `BadSettings`.
    """
    return any(map(partial(_issued, _certificate(cert)), _certificates(ca_cert)))


def _issued(cert: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        cert.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def is_for(cert: str, host: str) -> bool:
    """Whether the certificate in the file `cert` is for `host`. Raises `BadSettings`."""
    names = hosts_of(cert)
    return host in names or f"*.{host.partition('.')[2]}" in names


def fits(cert: str, key: str) -> bool:
    """Whether the key is the certificate's. Raises `BadSettings`."""
    return _certificate(cert).public_key() == _key(key).public_key()


def check(cert: str, key: str, ca_cert: str = "", hosts: Sequence[str] = ()) -> None:
    """Raise `BadSettings` for files that a member at `hosts` cannot serve with, naming what is wrong with which.

    ca_cert: the authority that those who come trust, where it is known.
    """
    end = expires(cert)
    if end <= datetime.now(UTC):
        raise BadSettings(f"{cert} expired on {end:%Y-%m-%d}", remedy="have it renewed")
    if not fits(cert, key):
        raise BadSettings(f"{key} is not the key of {cert}", remedy="give the two that were made together")
    alone = len(_certificates(cert)) == 1  # else it brings the authorities between
    if ca_cert and alone and not signed_by(cert, ca_cert):
        raise BadSettings(f"{cert} is not signed by the authority of {ca_cert}", remedy="give the one that signed it")
    for host in hosts:
        if not is_for(cert, host):
            told = ", ".join(hosts_of(cert)) or "no host"
            raise BadSettings(
                f"{cert} is for {told}, not for {host}", remedy="have it made for this host's address too"
            )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number(), now - SLACK, now + timedelta(days=days)
    )


def _signed(
    builder: x509.CertificateBuilder, signer: CertificateIssuerPrivateKeyTypes, key: ec.EllipticCurvePrivateKey
) -> Pair:
    try:
        cert = builder.sign(signer, hashes.SHA256())
    except (TypeError, ValueError) as problem:
        raise BadSettings(f"the authority's key cannot sign: {problem}", remedy="use an EC or RSA key") from None
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Pair(cert.public_bytes(serialization.Encoding.PEM), secret)


def _authority_id(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    """Which of an authority's keys has signed; by the key itself where the authority's certificate does not say."""
    try:
        told = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())  # type: ignore[arg-type]
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(told)


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(path: str) -> x509.Certificate:
    return _certificates(path)[0]


def _certificates(path: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except OSError as problem:
        raise BadSettings(f"cannot read {path}: {problem.strerror}") from None
    except ValueError:
        raise BadSettings(f"{path} is not a certificate (PEM)") from None


def _key(path: str) -> CertificateIssuerPrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(Path(path).read_bytes(), None)  # type: ignore[return-value]
    except OSError as problem:
        raise BadSettings(f"cannot read {path}: {problem.strerror}") from None
    except (TypeError, ValueError):
        raise BadSettings(f"{path} is not a private key (PEM, without a password)") from None


def _name(name: str) -> x509.Name:
    if not re.fullmatch(r"[\w.@ -]{1,64}", name):
        raise BadSettings(f"'{name}' cannot be a certificate's name", remedy="use letters, digits, dots and dashes")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        if not re.fullmatch(r"[A-Za-z0-9*]([A-Za-z0-9.*-]*[A-Za-z0-9])?", host):
            raise BadSettings(f"'{host}' is neither a host name nor an address") from None
        return x509.DNSName(host)
