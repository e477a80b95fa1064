"""Encrypted values, with real keys and the real openssl."""

import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from hiera_fixture import FixtureScope, FixtureSurroundings

from bunraku.hiera import Hiera
from bunraku.hiera.errors import HieraError

CONFIG = """
version: 5
hierarchy:
  - name: Secrets
    lookup_key: eyaml_lookup_key
    path: secrets.yaml
    options: {{pkcs7_private_key: {keys}/private.pem, pkcs7_public_key: {keys}/public.pem}}
"""


def encrypt(keys: Path, plain: str) -> str:
    done = subprocess.run(
        ["openssl", "smime", "-encrypt", "-binary", "-aes256", "-outform", "DER", str(keys / "public.pem")],
        input=plain.encode(),
        capture_output=True,
        check=True,
        timeout=20,
    )
    return f"ENC[PKCS7,{b64encode(done.stdout).decode()}]"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: encrypted values cannot be opened")
    folder = tmp_path_factory.mktemp("keys")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=t"]
        + ["-keyout", str(folder / "private.pem"), "-out", str(folder / "public.pem")],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return folder


@pytest.fixture
def hiera(keys: Path, tmp_path: Path) -> Hiera:
    folded = encrypt(keys, "folded secret")
    secrets = [
        f"password: {encrypt(keys, 'sésame')}",
        f"url: 'user:{encrypt(keys, 'p@ss')}@host/%{{kernel}}'",
        f"tree: {{list: ['{encrypt(keys, 'one')}', plain]}}",
        "folded: >\n" + "".join(f"    {folded[at : at + 60]}\n" for at in range(0, len(folded), 60)),
        "plain: text",
        "wrong: ENC[PKCS7,bm90aGluZw==]",
        "other: ENC[GPG,bm90aGluZw==]",
    ]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secrets.yaml").write_text("\n".join(secrets) + "\n")
    (tmp_path / "hiera.yaml").write_text(CONFIG.format(keys=keys))
    surroundings = FixtureSurroundings(tmp_path)
    return Hiera(surroundings)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "sésame"),
        ("url", "user:p@ss@host/Linux"),
        ("tree", {"list": ["one", "plain"]}),
        ("folded", "folded secret"),
        ("plain", "text"),
    ],
)
def test_encrypted_values_are_opened(hiera: Hiera, key: str, value: object) -> None:
    assert hiera.lookup(key, FixtureScope({"kernel": "Linux"})) == value


@pytest.mark.parametrize(("key", "why"), [("wrong", "Error was"), ("other", "GPG is not known; only PKCS7 is")])
def test_a_value_that_cannot_be_opened_is_an_error(hiera: Hiera, key: str, why: str) -> None:
    with pytest.raises(HieraError, match=why):
        hiera.lookup(key, FixtureScope({}))
