"""Certificates for etcd: an authority of one's own, and certificates that it signs, by the openssl program.

Keys are P-256 (RFC 5480); they are made and kept in files that only their owner can read, never passed as arguments.
The certificates serve both as a server's and as a client's, since etcd's members are both to each other.
"""

from __future__ import annotations

import ipaddress
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bunraku.etcd.errors import BadSettings
from bunraku.system.process import run

CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Pair(NamedTuple):
    """A certificate and its key, PEM."""

    cert: bytes
    key: bytes


def make_authority(name: str, days: int) -> Pair:
    """A new authority called `name`, valid for `days`."""
    with tempfile.TemporaryDirectory() as folder:
        cert, key = Path(folder, "cert"), Path(folder, "key")
        extensions = (
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        )
        _openssl(
            *("req", "-x509", *CURVE, "-keyout", str(key), "-out", str(cert)),
            *("-days", str(days), "-subj", f"/CN={_common_name(name)}", *extensions),
        )
        return Pair(cert.read_bytes(), key.read_bytes())


def issue(name: str, hosts: Sequence[str], days: int, *, ca_cert: str, ca_key: str) -> Pair:
    """A certificate for `name` at `hosts` (names and addresses), signed by the authority in the files given."""
    with tempfile.TemporaryDirectory() as folder:
        cert, key, asked, more = (Path(folder, part) for part in ("cert", "key", "asked", "more"))
        _openssl("req", "-new", *CURVE, "-keyout", str(key), "-out", str(asked), "-subj", f"/CN={_common_name(name)}")
        usage = "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"
        more.write_text(usage + (f"subjectAltName={','.join(map(_alternative, hosts))}\n" if hosts else ""))
        _openssl(
            *("x509", "-req", "-in", str(asked), "-CA", ca_cert, "-CAkey", ca_key, "-set_serial", _serial()),
            *("-days", str(days), "-extfile", str(more), "-out", str(cert)),
        )
        return Pair(cert.read_bytes(), key.read_bytes())


def expires(cert: str) -> datetime:
    """When the certificate in the file `cert` is no longer valid."""
    words = _openssl("x509", "-in", cert, "-noout", "-enddate").strip().removeprefix("notAfter=")
    return datetime.strptime(words, "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)


def hosts_of(cert: str) -> list[str]:
    """The names and addresses that the certificate in the file `cert` is for, sorted."""
    words = _openssl("x509", "-in", cert, "-noout", "-ext", "subjectAltName")
    return sorted(re.findall(r"(?:DNS|IP Address):([^,\s]+)", words))


def signed_by(cert: str, ca_cert: str) -> bool:
    """Whether the certificate was signed by the authority; how old it is does not count."""
    return run([_program(), "verify", "-no_check_time", "-CAfile", ca_cert, cert], deadline=10).ok


def fits(cert: str, key: str) -> bool:
    """Whether the key is the certificate's."""
    public = _openssl("x509", "-in", cert, "-noout", "-pubkey")
    return public == _openssl("pkey", "-in", key, "-pubout")


def _openssl(*words: str) -> str:
    done = run([_program(), *words], deadline=30, apart=True, umask=0o077)
    if not done.ok:
        lines = [line for line in done.errors.splitlines() if line.strip()] or ["it failed"]
        raise BadSettings(f"openssl {words[0]}: {lines[-1]}")
    return done.output


def _program() -> str:
    from shutil import which

    found = which("openssl")
    if found is None:
        raise BadSettings("openssl is not installed", remedy="on Debian: apt-get install openssl")
    return found


def _common_name(name: str) -> str:
    if not re.fullmatch(r"[\w.@ -]{1,64}", name):
        raise BadSettings(f"'{name}' cannot be a certificate's name", remedy="use letters, digits, dots and dashes")
    return name


def _alternative(host: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        if not re.fullmatch(r"[A-Za-z0-9*]([A-Za-z0-9.*-]*[A-Za-z0-9])?", host):
            raise BadSettings(f"'{host}' is neither a host name nor an address") from None
        return f"DNS:{host}"


def _serial() -> str:
    from secrets import randbits

    return hex(randbits(127) | 1 << 126)
