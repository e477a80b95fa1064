"""Whose images are taken: signed ones, by keys trusted for their name."""

import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bunraku.images.build import Build
from bunraku.images.errors import ImageError
from bunraku.images.fetch import fetch
from bunraku.images.store import Store
from bunraku.images.trust import Trust


class Signer:
    """Somebody with a key."""

    def __init__(self, home: Path, name: str) -> None:
        home.mkdir(mode=0o700)
        self.home = home
        self.gpg("--quick-gen-key", f"{name}@example.com", "ed25519", "sign", "never")
        self.key = home / "key.asc"
        self.key.write_bytes(self.gpg("--armor", "--export"))

    def gpg(self, *words: str) -> bytes:
        command = [
            "gpg",
            "--homedir",
            str(self.home),
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            *words,
        ]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout

    def sign(self, path: Path, *form: str) -> None:
        self.gpg("--yes", *form, "--output", f"{path}.asc", "--detach-sign", str(path))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    import shutil

    for program in ("gpg", "gpgv", "gpg-agent"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: apt-get install gpg gpgv gpg-agent)")
    # A socket's path has to be short.
    folder = Path("/tmp") / f"bunraku-gpg-{os.getpid()}"
    made = Signer(folder, "a")
    yield made  # type: ignore[misc]
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], capture_output=True, timeout=20)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    build = Build(str(tmp_path))
    build.begin("appc")
    build.edit(lambda manifest: manifest.update(name="example.com/web"))
    build.write(str(tmp_path / "web.aci"), overwrite=False)
    return tmp_path / "web.aci"


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., str]:
    trust = Trust(str(tmp_path / "etc"), str(tmp_path / "lib"))

    def run(path: Path | str, *insecure: str) -> str:
        return fetch(Store(str(tmp_path / "cas")), str(path), trust, insecure=frozenset(insecure))

    run.trust = trust  # type: ignore[attr-defined]
    return run


def test_what_is_signed_with_a_trusted_key_is_taken(signer: Signer, image: Path, take, tmp_path: Path) -> None:
    for form in ([], ["--armor"]):
        signer.sign(image, *form)
        with pytest.raises(ImageError, match="no key is trusted for example.com/web"):
            take(image)
        kept = take.trust.add(str(signer.key), "example.com")
        assert kept.startswith(f"{tmp_path}/etc/trustedkeys/prefix.d/example.com/")
        assert take(image).startswith("sha512-")
        Path(kept).unlink()
    root = take.trust.add(str(signer.key), None)
    assert os.path.dirname(root) == f"{tmp_path}/etc/trustedkeys/root.d"
    assert take(image).startswith("sha512-")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of the test's folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_an_image_of_a_web_server_is_checked_too(
    signer: Signer, image: Path, take, tmp_path: Path, served: str
) -> None:
    url = f"{served}/web.aci"
    with pytest.raises(ImageError, match=r"web\.aci\.asc: 404"):
        take(url)
    signer.sign(image)
    with pytest.raises(ImageError, match="no key is trusted"):
        take(url)
    take.trust.add(str(signer.key), "example.com")
    key = take(url)
    assert Store(str(tmp_path / "cas")).shown_name(key) == "example.com/web"
    other = Build(str(tmp_path))
    other.edit(lambda manifest: manifest.update(annotations=[{"name": "evil", "value": "yes"}]))
    other.write(str(image), overwrite=True)
    with pytest.raises(ImageError, match=f"{url} is not what was signed"):
        take(url)
    assert take(url, "image") != key, "unless one insists on it"
    with pytest.raises(ImageError, match="404"):
        take(f"{served}/nothing.aci")
    with pytest.raises(ImageError, match="--insecure-options=http"):
        take("http://192.0.2.1/web.aci")
    for wrong in ("http://[::1/web.aci", "docker://[::1/web:1"):
        with pytest.raises(ImageError, match="is no host|names no registry"):
            take(wrong, "image")
    assert list((tmp_path / "cas" / "tmp").iterdir()) == []


def test_unsigned_tampered_and_untrusted_images_are_refused(signer: Signer, image: Path, take, tmp_path: Path) -> None:
    take.trust.add(str(signer.key), "example.com/other")
    with pytest.raises(ImageError, match="is not signed"):
        take(image)
    signer.sign(image)
    with pytest.raises(ImageError, match="no key is trusted"):
        take(image)
    kept = take.trust.add(str(signer.key), "example.com/web")
    content = image.read_bytes()
    other = Build(str(tmp_path))
    other.edit(lambda manifest: manifest.update(annotations=[{"name": "evil", "value": "yes"}]))
    other.write(str(image), overwrite=True)
    with pytest.raises(ImageError, match="tampered with"):
        take(image)
    image.write_bytes(content)
    Path(f"{image}.asc").write_text("no signature")
    with pytest.raises(ImageError, match="no valid signature"):
        take(image)
    assert Store(str(tmp_path / "cas")).images() == []
    assert take(image, "image").startswith("sha512-"), "unless one insists on it"
    assert kept


def test_an_empty_file_masks_the_system_s_key(signer: Signer, image: Path, take, tmp_path: Path) -> None:
    signer.sign(image)
    kept = Path(take.trust.add(str(signer.key), "example.com"))
    system = tmp_path / "lib" / "trustedkeys" / "prefix.d" / "example.com" / kept.name
    system.parent.mkdir(parents=True)
    kept.rename(system)
    assert take(image)
    kept.touch()
    with pytest.raises(ImageError, match="no key is trusted"):
        take(image)


def test_what_is_no_key_is_refused(take, signer: Signer, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("no key")
    with pytest.raises(ImageError, match="holds no OpenPGP public key"):
        take.trust.add(str(tmp_path / "key"), None)
    with pytest.raises(ImageError, match="is no prefix"):
        take.trust.add(str(signer.key), "../../etc")
    assert not (tmp_path / "etc").exists()


def test_oci_images_carry_no_signature(take, tmp_path: Path) -> None:
    build = Build(str(tmp_path))
    build.begin("oci")
    build.edit(lambda manifest: manifest.update(name="example.com/web"))
    build.write(str(tmp_path / "layout"), overwrite=False)
    with pytest.raises(ImageError, match="carries no signature"):
        take(tmp_path / "layout")
    key = take(tmp_path / "layout", "image")
    assert Store(str(tmp_path / "cas")).shown_name(key) == "layout:latest"
