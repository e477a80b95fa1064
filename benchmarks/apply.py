"""Applying manifests, beside `puppet apply` of the same ones: files created, in sync, rewritten, a tree, packages."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from pair import BUNRAKU, PUPPET, compare, need

FILES = 2_000
TREE = 10_000


def main() -> None:
    puppet = need(PUPPET, "puppet-agent")
    with tempfile.TemporaryDirectory(prefix="bunraku-bench-") as name:
        root = Path(name)
        state = ["--statedir", str(root / "state")]
        home = [f"--{kind}dir={root}/puppet/{kind}" for kind in ("conf", "var")]

        def beside(what: str, manifest: Path, **more: object) -> None:
            ours = [BUNRAKU, "apply", *state, str(manifest)]
            compare(what, ours, [puppet, "apply", *home, str(manifest)], runs=3, **more)  # type: ignore[arg-type]

        files = root / "files"
        manifest = root / "files.pp"
        manifest.write_text(files_manifest(files, FILES))
        # Moved away, not removed: ext4 is slow to make files where many have just been removed, for both.
        turns = iter(range(1_000))
        beside(f"{FILES} files created", manifest, before=lambda: move_away(files, root / f"old{next(turns)}"))
        beside(f"{FILES} files in sync", manifest)

        source, target = root / "source", root / "tree"
        make_tree(source, TREE)
        shutil.copytree(source, target)
        tree = root / "tree.pp"
        tree.write_text(f"file {{ '{target}': ensure => directory, source => '{source}', recurse => true }}\n")
        beside(f"a tree of {TREE} files in sync", tree)

        packages = root / "packages.pp"
        installed = subprocess.run(
            ["dpkg-query", "-W", "-f", "${Package}\\n"], capture_output=True, text=True, check=True
        ).stdout.split()[:500]
        packages.write_text("".join(f"package {{ '{package}': ensure => present }}\n" for package in installed))
        beside(f"{len(installed)} packages present", packages)


def files_manifest(root: Path, count: int) -> str:
    lines = [f"file {{ '{root}': ensure => directory }}"]
    lines += [f"file {{ '{root}/f{n}': ensure => file, content => 'line {n}', mode => '0640' }}" for n in range(count)]
    return "\n".join(lines) + "\n"


def move_away(folder: Path, to: Path) -> None:
    if folder.exists():
        folder.rename(to)


def make_tree(root: Path, count: int) -> None:
    for number in range(count // 100):
        folder = root / f"d{number}"
        folder.mkdir(parents=True)
        for file in range(100):
            (folder / f"f{file}").write_text(f"{number} {file}\n")


if __name__ == "__main__":
    main()
