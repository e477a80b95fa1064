"""Builds the image of the agent: bunraku with a Python of its own, to manage the host that it is run on.

    image.py OUT [--work-path FOLDER]      OUT: an OCI layout, or an archive of one in .tar

All that is the image's own is below /bunraku, so every other folder can be the host's: mounted in their places, the
agent sees and changes the host's files, and the host's programs (systemctl, useradd, apt-get …) run as on the host. The
Python is the one that this runs on, with its C library, so that of the host does not matter.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bunraku

HOME = Path("/bunraku")
LIBRARY = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
FOLDERS = ("boot", "etc", "home", "mnt", "opt", "root", "run", "srv", "tmp", "usr", "var")
"""The folders of the host that are mounted."""

MERGED = ("bin", "lib", "lib64", "sbin")
"""What is a link into /usr on today's systems."""

NEEDLESS = (
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "ensurepip",
    "lib2to3",
    "turtledemo",
    "site-packages",
    "dist-packages",
)
_LIBRARY = re.compile(r"(?:(\S+) => )?(/\S+) \(0x")


def main() -> int:
    """Build it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--bunraku", default=str(Path(sys.executable).parent / "bunraku"), help="the program")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bunraku-agent-") as name:
        work = Path(name)
        gather(work / "files")
        build(args.bunraku, work, args.out)
    return 0


def gather(root: Path) -> None:
    """The image's files."""
    own = root / HOME.name
    library = own / LIBRARY
    shutil.copytree(Path(sys.base_prefix) / LIBRARY, library, symlinks=True, ignore=_needless)
    copy_distributions(library)  # where every Python looks; Debian's knows no site-packages
    (own / "bin").mkdir()
    python = Path(sys.executable).resolve()
    shutil.copy(python, own / "bin" / "python3")
    for found in libraries([python, *library.rglob("*.so*")]):
        shutil.copy(found.resolve(), own / "lib" / ("ld.so" if found.name.startswith("ld-") else found.name))
    for name in (*FOLDERS, "dev", "proc", "sys"):
        (root / name).mkdir()
    for name in MERGED:
        (root / name).symlink_to(f"usr/{name}")


def _needless(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in NEEDLESS or name == "__pycache__" or name.startswith("config-")}


def copy_distributions(target: Path) -> None:
    """bunraku, with the modules that ship, and the packages that it needs."""
    for name in needed("bunraku", set()) - {"bunraku"}:
        distribution = importlib.metadata.distribution(name)
        for file in distribution.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                place = target / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(distribution.locate_file(file)), place)
    source = Path(bunraku.__file__).parent
    shutil.copytree(source, target / "bunraku", ignore=_needless)
    modules = source / "modules" if (source / "modules").is_dir() else source.parents[1] / "modules"
    shutil.copytree(modules, target / "bunraku" / "modules", dirs_exist_ok=True)


def needed(name: str, seen: set[str]) -> set[str]:
    """A distribution and all that it needs here, without its extras."""
    seen.add(name)
    for text in importlib.metadata.requires(name) or ():
        requirement, _, condition = text.partition(";")
        other = re.split(r"[\s\[<>=!~(]", requirement.strip(), maxsplit=1)[0]
        if "extra" in condition or other in seen:
            continue
        try:
            needed(other, seen)
        except importlib.metadata.PackageNotFoundError:
            seen.discard(other)  # of another platform or Python
    return seen


def libraries(files: list[Path]) -> set[Path]:
    """The shared libraries, and the loader, that programs and libraries need."""
    done = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, timeout=120)
    found = {Path(path) for _, path in _LIBRARY.findall(done.stdout)}
    return {path for path in found if path.parts[1:2] != (HOME.name,)}


def build(program: str, work: Path, out: str) -> None:
    """The image of the files, by acbuild."""
    loader, python = f"{HOME}/lib/ld.so", f"{HOME}/bin/python3"
    steps = [["begin", "--build-mode=oci", str(work / "files")], ["set-name", "bunraku/agent"]]
    steps += [["set-exec", "--", loader, "--library-path", f"{HOME}/lib", python, "-m", "bunraku.cli.main"]]
    steps += [["environment", "add", "HOME", "/root"], ["environment", "add", "LANG", "C.UTF-8"]]
    # systemctl does nothing where it finds itself in another root folder than the first process, and says that it did.
    steps += [["environment", "add", "SYSTEMD_IGNORE_CHROOT", "1"]]
    steps += [["mount", "add", f"volume-{name}", f"/{name}"] for name in FOLDERS]
    steps += [["write", "--overwrite", out], ["end"]]
    for step in steps:
        subprocess.run([program, "acbuild", f"--work-path={work}", *step], check=True, timeout=300)


if __name__ == "__main__":
    sys.exit(main())
