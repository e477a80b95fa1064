"""ssh: the host keys and their fingerprints (SSHFP records, RFC 4255)."""

from __future__ import annotations

from typing import Any

from bunraku.facts.collection import Facts

FOLDERS = ("/etc/ssh", "/usr/local/etc/ssh", "/etc", "/usr/local/etc", "/etc/opt/ssh")
ALGORITHMS = {
    "ssh-rsa": ("rsa", 1),
    "ssh-dss": ("dsa", 2),
    "ecdsa-sha2-nistp256": ("ecdsa", 3),
    "ssh-ed25519": ("ed25519", 4),
}
"""A key's type as its file names it; the fact's name for it, and its SSHFP number."""


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `ssh`; None where the host has no keys."""
    keys: dict[str, Any] = {}
    for folder in FOLDERS:
        for name in ("rsa", "dsa", "ecdsa", "ed25519"):
            words = facts.host.text(f"{folder}/ssh_host_{name}_key.pub").split()
            if len(words) >= 2 and words[0] in ALGORITHMS:
                keys[ALGORITHMS[words[0]][0]] = _key(words[0], words[1])
    return {"ssh": keys or None}


def _key(kind: str, key: str) -> dict[str, Any]:
    from base64 import b64decode
    from hashlib import sha1, sha256

    number = ALGORITHMS[kind][1]
    data = b64decode(key)
    fingerprints = {
        "sha1": f"SSHFP {number} 1 {sha1(data).hexdigest()}",
        "sha256": f"SSHFP {number} 2 {sha256(data).hexdigest()}",
    }
    return {"fingerprints": fingerprints, "key": key, "type": kind}
