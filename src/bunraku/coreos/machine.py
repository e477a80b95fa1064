"""What a first boot can do: the common ground of Ignition and cloud-config."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class User:
    """An account. One that has only a name and keys may be there already (root, core). password_hash: crypt(3)'s."""

    name: str
    uid: int | None = None
    group: str | None = None
    groups: list[str] = field(default_factory=list)
    home: str | None = None
    make_home: bool = False
    shell: str | None = None
    comment: str | None = None
    password_hash: str | None = None
    system: bool = False
    is_new: bool = False
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of accounts."""

    name: str
    gid: int | None = None
    system: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file. overwrite: whether one that is there is replaced."""

    path: str
    content: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    overwrite: bool = True


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder."""

    path: str
    mode: int = 0o755
    owner: str = "root"
    group: str = "root"


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    path: str
    target: str


@dataclass(slots=True)
class Unit:
    """A unit of systemd: its own text where the node does not have it, additions to it, and whether it is wanted.

    enabled: None leaves that as it is. running: it is started now; at a boot, enabled units are.
    """

    name: str
    content: str | None = None
    dropins: dict[str, str] = field(default_factory=dict)
    enabled: bool | None = None
    masked: bool = False
    running: bool = False


@dataclass(slots=True)
class Machine:
    """All of it. left: references of resources that a first boot cannot bring about, in the catalog's order."""

    hostname: str
    users: dict[str, User] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    units: dict[str, Unit] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    secret: bool = False
    """Whether something in it was Sensitive."""

    def user(self, name: str) -> User:
        """The account of that name, noted at its first mention."""
        return self.users.setdefault(name, User(name))

    def unit(self, name: str) -> Unit:
        """The unit of that name (`nginx` is nginx.service), noted at its first mention."""
        name = name if "." in name else f"{name}.service"
        return self.units.setdefault(name, Unit(name))
