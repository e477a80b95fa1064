"""All facts of this host, and one of them, beside facter."""

import shutil

from pair import BUNRAKU, compare, need


def main() -> None:
    facter = need(shutil.which("facter"), "facter")
    # facter exits 1 where the host refuses it one fact; the others are still what they are.
    compare("all facts", [BUNRAKU, "facts", "--format", "json"], ["sh", "-c", f"{facter} --json || true"])
    compare("one fact", [BUNRAKU, "facts", "os.release.major"], ["sh", "-c", f"{facter} os.release.major || true"])


if __name__ == "__main__":
    main()
