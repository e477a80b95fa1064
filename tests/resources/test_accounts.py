"""user and group on this host: accounts of the tests' own, made and removed."""

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator

import pytest

from .conftest import Apply, words

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="accounts can be made by root only"),
]
# Of this process alone: accounts are the whole machine's, and tests may run beside each other.
USER, GROUP, OTHER = (f"bnrk{os.getpid()}{kind}" for kind in "ugo")
UID = 60_000 + os.getpid() % 4000


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    def remove() -> None:
        subprocess.run(["userdel", "-r", USER], capture_output=True)
        for name in (USER, GROUP, OTHER):
            subprocess.run(["groupdel", name], capture_output=True)

    remove()
    yield
    remove()


def shadow() -> list[str]:
    with open("/etc/shadow") as file:
        return next(line for line in file if line.startswith(f"{USER}:")).split(":")


def test_a_user_from_nothing_to_gone(apply: Apply, tmp_path) -> None:
    home = tmp_path / "home"
    tmp_path.chmod(0o755)
    hashed = "$6$salt$notarealhash"
    declared = (
        ("group", GROUP, {"ensure": "present", "gid": UID}),
        ("group", OTHER, {"ensure": "present"}),
        (
            "user",
            USER,
            {
                "ensure": "present",
                "uid": str(UID + 1),
                "gid": GROUP,
                "groups": OTHER,
                "comment": "Somebody Ümlaut",
                "home": str(home),
                "managehome": True,
                "shell": "/bin/sh",
                "password": hashed,
                "password_max_age": 90,
                "expiry": "2031-05-17",
            },
        ),
    )
    noop = apply(*declared, noop=True)
    assert [words(o) for o in noop.values()] == [["created"]] * 3
    with pytest.raises(KeyError):
        pwd.getpwnam(USER)

    outcomes = apply(*declared)
    assert [words(o) for o in outcomes.values()] == [["created"]] * 3
    entry = pwd.getpwnam(USER)
    assert (entry.pw_uid, entry.pw_gid, entry.pw_dir, entry.pw_shell) == (UID + 1, UID, str(home), "/bin/sh")
    assert entry.pw_gecos == "Somebody Ümlaut"
    assert grp.getgrnam(OTHER).gr_mem == [USER]
    assert home.is_dir()
    assert (shadow()[1], shadow()[4]) == (hashed, "90")
    assert [words(o) for o in apply(*declared).values()] == [[], [], []]

    changed = apply(("user", USER, {"comment": "New", "shell": "/bin/false", "password": "$6$other", "gid": OTHER}))
    (outcome,) = changed.values()
    assert words(outcome) == [
        f"gid {GROUP} → {OTHER}",
        "comment Somebody Ümlaut → New",
        "shell /bin/sh → /bin/false",
        "password changed [sensitive]",
    ]
    assert all(hashed not in f"{e.message}{e.previous}{e.desired}" for e in outcome.events)
    assert shadow()[1] == "$6$other"

    gone = {"ensure": "absent", "managehome": True}
    assert words(apply(("user", USER, gone))[f"User[{USER}]"]) == ["removed"]
    assert not home.exists()
    assert words(apply(("user", USER, gone))[f"User[{USER}]"]) == []


def test_members_are_all_or_some(apply: Apply) -> None:
    apply(("user", USER, {"ensure": "present"}), ("group", GROUP, {"members": ["daemon", USER]}))
    assert sorted(grp.getgrnam(GROUP).gr_mem) == [USER, "daemon"]
    some = {"members": ["bin"], "auth_membership": False}
    assert words(apply(("group", GROUP, some))[f"Group[{GROUP}]"]) == [f"members [{USER}, daemon] → [bin]"]
    assert sorted(grp.getgrnam(GROUP).gr_mem) == ["bin", USER, "daemon"]
    assert words(apply(("group", GROUP, {"members": ["bin"]}))[f"Group[{GROUP}]"]) != []
    assert grp.getgrnam(GROUP).gr_mem == ["bin"]


def test_a_failed_tool_says_what_it_said(apply: Apply) -> None:
    (line,) = words(apply(("user", USER, {"ensure": "present", "gid": "no-such-group"}))[f"User[{USER}]"])
    assert line == "! useradd failed: useradd: group 'no-such-group' does not exist"


def test_a_user_of_whom_something_is_said_shall_exist(apply: Apply) -> None:
    assert words(apply(("user", USER, {"managehome": True}))[f"User[{USER}]"]) == []
    assert words(apply(("user", USER, {"uid": UID}))[f"User[{USER}]"]) == ["created"]
    assert pwd.getpwnam(USER).pw_uid == UID
