"""Encrypted values, encrypted here by the real gpg."""

import base64
import gzip
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bunraku.confd.crypt import Keyring, crypt_functions
from bunraku.confd.store import Store
from bunraku.confd.template import TemplateError, parse

GPG = shutil.which("gpg")


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    if GPG is None:
        pytest.skip("gpg is not installed")
    # Not below pytest's folder: the path of the agent's socket must be short.
    with tempfile.TemporaryDirectory(prefix="gpg-") as folder:
        Path(folder).chmod(0o700)
        run(folder, "--passphrase", "", "--quick-gen-key", "app@example.com", "default", "default", "never")
        (Path(folder) / "secret.asc").write_bytes(run(folder, "--armor", "--export-secret-keys"))
        yield Path(folder)
        subprocess.run(["gpgconf", "--homedir", folder, "--kill", "all"], timeout=20, check=False)


def run(home: str, *words: str, stdin: bytes = b"") -> bytes:
    command = [GPG or "", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", *words]
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, timeout=60, check=True).stdout


def encrypted(home: Path, text: str) -> str:
    message = run(str(home), "--encrypt", "--default-recipient-self", stdin=gzip.compress(text.encode()))
    return base64.encodebytes(message).decode()


def render(keyring: Path, keys: dict[str, str], text: str) -> str:
    store = Store(keys)
    return parse("t", text, crypt_functions(store, Keyring(str(keyring)))).render()


def test_the_four_functions(home: Path) -> None:
    keys = {"/s/a": encrypted(home, "geheim\n"), "/s/b": encrypted(home, "auch")}
    text = '{{cgetv "/s/a"}}{{(cget "/s/b").Value}} {{range cgets "/s/*"}}{{.Key}} {{end}}'
    text += '{{cgetvs "/s/*"}}{{cgetv "/x" "d"}}'
    assert render(home / "secret.asc", keys, text) == "geheim\nauch /s/a /s/b [auch geheim\n]d"


def test_a_value_that_is_not_encrypted_is_told(home: Path) -> None:
    with pytest.raises(TemplateError, match="no base64 of a gpg message"):
        render(home / "secret.asc", {"/a": "plain text"}, '{{cgetv "/a"}}')
    with pytest.raises(TemplateError, match="gpg: "):
        render(home / "secret.asc", {"/a": base64.b64encode(b"plain").decode()}, '{{cgetv "/a"}}')
    with pytest.raises(TemplateError, match="gpg: "):
        render(home / "missing.asc", {"/a": encrypted(home, "x")}, '{{cgetv "/a"}}')
