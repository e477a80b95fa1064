'''What a resource type is.

A new type is one file, `resources/NAME.py`, with one class:

    """host: one line of /etc/hosts."""

    class Host(ResourceType):
        """An entry of the hosts file."""

        ensure = Ensure()
        name = Param("The host's name.", namevar=True)
        ip = Property("Its address.", munge=address)
        target = Param("The file to manage.", default="/etc/hosts", munge=absolute_path)

        def read(self) -> State:
            return {"ensure": "present", "ip": "10.0.0.1"}   # or {"ensure": "absent"}

        def change(self, changes: Changes) -> None:
            ...                                               # make it so; raise ResourceError if it cannot be

- A **Property** is state: `read` returns its current value, the engine compares it with the declared one
  (`in_sync`), and passes those that differ to `change`, in one call. A **Param** only says how. Both stand in the
  class body, are documented where they stand, and are attributes of the instance: `self.ip` is the declared value,
  munged, or the default, or None. A parameter whose name is taken ends in `_` (`refresh_` is `refresh`).
- `ensure` rules the others: where it differs, it alone is changed (creating a resource sets its other properties
  too: `change` looks at `self`), and where it is absent, the others are not compared.
- Optional: `refresh` (on notify), `autorequire` and its kin, `prefetch` (read all resources of the type in one go),
  `generate` (further resources, such as a folder's files), `describe` and `diff` (how a change is shown).
- What goes wrong on the host is a `ResourceError` with a message that says what, where and what to do; OSError and
  CommandError may be let through. A bad parameter value is a `ValueError` from its munge.
- A parameter named in `self.sensitive` is shown nowhere: not in an error, a log, or a command's arguments.
- State shared by resources of one run (a connection, a parsed file) lives in `self.run.shared`, under the type's
  name; nothing lives in module globals.

Instances live through one run: made from the catalog, read, compared, changed, refreshed, dropped.
'''

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias

from bunraku.catalog.signature import ParameterSignature, TypeSignature
from bunraku.system.paths import Folder

if TYPE_CHECKING:
    from typing import Self

    from bunraku.catalog.catalog import Resource

State: TypeAlias = dict[str, Any]
"""Current values by property name; `ensure` is "absent" where the resource does not exist."""

Changes: TypeAlias = Mapping[str, Any]
"""The declared values of the properties that are out of sync, in order of declaration in the type."""

TYPES: dict[str, type[ResourceType]] = {}
"""Every type whose file was imported, by name; `resources.load` imports them."""


class ResourceError(Exception):
    """A resource could not be read or changed.

    message: one line: what, where, what to do. detail: further lines, such as a failed command's output. words: the
    message as it stands beside the resource's name, where that can be shorter.
    """

    def __init__(self, message: str, detail: str = "", words: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.words = words or message


class Param:
    """One parameter of a type: what it is for, what it may be, and how it is made ready for use.

    doc: a sentence or a paragraph. values: the words that are allowed, where they are a closed list (true and false
    stand for Booleans too). munge: takes the declared value and returns the one to work with, or raises ValueError
    that says what was expected; it also gets `values`' words. many: an array is one value (else it is unwrapped).
    """

    is_property = False
    __slots__ = ("default", "doc", "many", "munge", "name", "namevar", "values")

    def __init__(
        self,
        doc: str,
        *,
        values: Sequence[str] = (),
        munge: Callable[[Any], Any] | None = None,
        default: Any = None,
        namevar: bool = False,
        many: bool = False,
    ) -> None:
        self.name = ""
        self.doc = doc
        self.values = tuple(values)
        self.munge = munge
        self.default = default
        self.namevar = namevar
        self.many = many

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name.rstrip("_")

    def __get__(self, instance: ResourceType | None, owner: type) -> Any:
        return self if instance is None else instance.values.get(self.name, self.default)

    def accept(self, value: Any) -> Any:
        """`value`, checked and munged. Raises ValueError."""
        if self.many:
            value = value if isinstance(value, list) else [value]
        elif isinstance(value, list) and len(value) == 1:
            value = value[0]
        if self.values:
            word = str(value).lower() if isinstance(value, bool) else value
            if word in self.values:
                value = word
            elif self.munge is None:
                raise ValueError(f"Invalid value {shown(value)}. Valid values are {', '.join(self.values)}.")
        return value if self.munge is None else self.munge(value)


class Property(Param):
    """A parameter that is state: it is read, compared and changed."""

    is_property = True
    __slots__ = ()


class Ensure(Property):
    """The property that says whether the resource exists: present and absent, or other words."""

    __slots__ = ()

    def __init__(
        self,
        doc: str = "Whether the resource exists.",
        *,
        values: Sequence[str] = ("present", "absent"),
        default: str | None = "present",
        munge: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(doc, values=values, default=default, munge=munge)


class Elsewhere(Protocol):
    """Who applies resources of types that bunraku does not have."""

    end: Callable[[], None]
    """Nothing more will come."""

    def apply(self, resource: dict[str, Any], *, noop: bool, refresh: bool) -> dict[str, Any]:
        """Apply a resource in the wire format, without relationships. Raises ResourceError where that cannot be.

        Returns `events` (dicts: resource, property, status, previous, desired, message, name) and `logs` (level,
        message).
        """


class Run:
    """What the resources of one run share.

    state_dir: where bunraku keeps what it must remember. environment: the catalog's. source: finds what a
    `puppet:///…` URL names in the modules (None: not found). noop: whether the whole run only looks. everything:
    whether `read` has to give properties that nobody declared, for a list of what there is. unflushed:
    folders whose renames the engine flushes to the disk before the run is reported. ahead: the resources of the same
    type whose turn could come right after a resource's, with no other work between: what may be done in one go.
    folders: paths where a folder is managed, and was found or made: a link that takes its place is not followed.
    folder: the one that was looked into last.
    elsewhere: makes the one who applies resources of types that bunraku does not have. at_end: called when the run is
    over, however it ended.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        environment: str = "production",
        source: Callable[[str], Path | None] = lambda url: None,
        noop: bool = False,
    ) -> None:
        self.state_dir = state_dir
        self.environment = environment
        self.source = source
        self.noop = noop
        self.everything = False
        self.shared: dict[str, Any] = {}
        self.resources: dict[tuple[str, str], ResourceType] = {}
        self.unflushed: set[str] = set()
        self.folders: set[str] = set()
        self.folder = Folder()
        self.elsewhere: Callable[[], Elsewhere] | None = None
        self.at_end: list[Callable[[], None]] = [self.folder.close]
        self.ahead: Callable[[ResourceType], list[ResourceType]] = lambda resource: []
        self.log: Callable[[str, str, str], None] = lambda level, message, source: None

    def find(self, type_name: str, name: str) -> ResourceType | None:
        """The resource of the catalog with this type (lower case) and namevar or title."""
        return self.resources.get((type_name, name))


class ResourceType:
    """One resource on its way through a run; a subclass is a resource type.

    resource: as the catalog has it. values: its declared parameters, munged. current: what `read` returned last.
    """

    type_name: ClassVar[str] = ""
    parameters: ClassVar[dict[str, Param]] = {}
    properties: ClassVar[tuple[str, ...]] = ()
    namevars: ClassVar[tuple[str, ...]] = ()
    title_patterns: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    isomorphic: ClassVar[bool] = True
    accepted: ClassVar[tuple[str, ...]] = ()
    """Parameters that only other systems know: taken, and of no effect."""
    unprinted: ClassVar[frozenset[str]] = frozenset()
    """Properties that `bunraku resource` leaves out: secrets, and what is too long."""
    ensure_rules: ClassVar[bool] = True
    """Whether `ensure` says that the resource exists: while it is out of sync, nothing else is compared."""
    idempotent: ClassVar[bool] = True
    """Whether a change can be corrective; what is only said corrects nothing."""
    only_provider: ClassVar[str | None] = None
    """What Puppet calls the provider, where there is one only."""
    ensure_events: ClassVar[Mapping[str, str]] = {}
    """What Puppet calls a change of `ensure` to a value; `TYPE_created` and `TYPE_removed` go without saying."""
    lane: ClassVar[str | None] = "files"
    """Turns of one lane are taken one at a time, in order, when several may be taken at once (`--jobs`); None: beside
    any other. A type without a lane is safe to run in several threads, and brings nothing in (`generate`)."""

    def __init_subclass__(cls) -> None:
        """Collect the parameters of the class body and its bases, and make the type known."""
        cls.type_name = cls.__dict__.get("type_name") or cls.__module__.rpartition(".")[2]
        found = dict(cls.parameters)
        found.update({p.name: p for p in vars(cls).values() if isinstance(p, Param)})
        for name in cls.accepted:
            found[name] = Param("Accepted; of no effect on Linux.", many=True)
            found[name].name = name
        cls.parameters = found
        cls.properties = tuple(name for name, p in found.items() if p.is_property)
        cls.namevars = tuple(name for name, p in found.items() if p.namevar)
        TYPES[cls.type_name] = cls

    def __init__(self, resource: Resource, run: Run) -> None:
        """Take over what the catalog declares. Raises ValueError: `Parameter NAME failed: …`."""
        self.resource = resource
        self.run = run
        self.ref = resource.ref
        self.title = resource.title
        self.sensitive = resource.sensitive
        self.current: State = {}
        self.values: dict[str, Any] = self._from_title()
        for name, value in resource.parameters.items():
            self.declare(name, value)
        self.validate()

    def _from_title(self) -> dict[str, Any]:
        """The namevars that are not declared, as the title gives them."""
        found: dict[str, str] = {}
        if self.title_patterns:
            import re

            for pattern, names in self.title_patterns:
                match = re.fullmatch(pattern, self.title, re.DOTALL)
                if match:
                    found = {name: text for name, text in zip(names, match.groups(), strict=True) if text is not None}
                    break
        else:
            found = dict.fromkeys(self.namevars[:1], self.title)
        declared = self.resource.parameters
        return {name: self._accept(name, text) for name, text in found.items() if declared.get(name) is None}

    def declare(self, name: str, value: Any) -> None:
        """Set the declared value of a parameter (metaparameters and undef are left out). Raises ValueError."""
        if value is not None and name in self.parameters:
            self.values[name] = self._accept(name, value)

    def _accept(self, name: str, value: Any) -> Any:
        from bunraku.catalog.values import Deferred

        if isinstance(value, Deferred):
            return value
        try:
            return self.parameters[name].accept(value)
        except ValueError as error:
            why = "not shown, it is sensitive" if name in self.sensitive else error
            raise ValueError(f"Parameter {name} failed: {why}") from None

    # What a type says of itself ------------------------------------------------------------------------------------

    @classmethod
    def signature(cls) -> TypeSignature:
        """The type's surface, for the compiler and the reference documentation."""
        return TypeSignature(
            cls.type_name,
            {p.name: ParameterSignature(p.name, p.doc, p.is_property) for p in cls.parameters.values()},
            cls.namevars,
            cls.title_patterns,
            cls.isomorphic,
            (cls.__doc__ or "").strip(),
        )

    @property
    def identity(self) -> str:
        """The name on the host: the namevar's value."""
        return str(self.values.get(self.namevars[0], self.title)) if self.namevars else self.title

    def desired(self) -> dict[str, Any]:
        """The declared value of each property that is declared or has a default, in the type's order."""
        found = ((name, self.values.get(name, self.parameters[name].default)) for name in self.properties)
        return {name: value for name, value in found if value is not None}

    # What a type may override --------------------------------------------------------------------------------------

    def validate(self) -> None:
        """Check parameters against each other. Raises ValueError."""

    @classmethod
    def prefetch(cls, resources: Sequence[Self], run: Run) -> None:
        """Read what all `resources` of the type need in one go; called once, before the first one's turn."""

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """The names of all resources of this type that the host has. Raises ResourceError where nobody can say."""
        raise ResourceError(f"Resources of type '{cls.type_name}' cannot be listed")

    def read(self) -> State:
        """The current values of the properties, of those that are declared at least."""
        raise NotImplementedError

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """Whether property `name` is as declared."""
        return bool(current == desired)

    def change(self, changes: Changes) -> None:
        """Make the properties in `changes` so. Raises ResourceError."""
        raise NotImplementedError

    def refresh(self) -> str:
        """React to a notification; what was done, in a word ("restarted"), or "" for nothing."""
        return ""

    def absorbs_refresh(self, changes: Changes) -> bool:
        """Whether `changes` did already what a refresh would do (a service that was just started)."""
        return False

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The (type, name) of resources that come first, if they are in the catalog."""
        return ()

    def autobefore(self) -> Iterable[tuple[str, str]]:
        """The (type, name) of resources that come after, if they are in the catalog."""
        return ()

    def autosubscribe(self) -> Iterable[tuple[str, str]]:
        """The (type, name) of resources whose changes refresh this one, if they are in the catalog."""
        return ()

    def autonotify(self) -> Iterable[tuple[str, str]]:
        """The (type, name) of resources that this one's changes refresh, if they are in the catalog."""
        return ()

    def generate(self) -> Iterable[Resource]:
        """Further resources that this one brings into the run, at its turn; those in the catalog already win."""
        return ()

    def files(self) -> Iterable[str]:
        """The paths of the files among them: a folder that is managed with all that is below it leaves them alone."""
        return ()

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """A change of property `name` in a few words: "created", "mode 0644 → 0640"."""
        if name == "ensure":
            return {"absent": "removed", "present": "created"}.get(desired, f"{shown(current)} → {shown(desired)}")
        return f"{name} {shown(current)} → {shown(desired)}"

    def reported(self, name: str, value: Any) -> Any:
        """A property's value as the report and its messages have it."""
        return value

    def told(self, name: str, previous: Any, desired: Any) -> str:
        """A change of property `name` as Puppet's logs have it; the values as `reported`."""
        if name == "ensure" and self.ensure_rules and previous in (None, "absent"):
            return "created"
        if name == "ensure" and self.ensure_rules and desired == "absent":
            return "removed"
        if previous in (None, "absent"):
            return f"defined '{name}' as {quoted(desired)}"
        if desired == "absent":
            return f"undefined '{name}' from {quoted(previous)}"
        return f"{name} changed {quoted(previous)} to {quoted(desired)}"

    def event_name(self, name: str, desired: Any) -> str:
        """What Puppet calls the event of a change of property `name`."""
        if name != "ensure":
            return f"{name}_changed"
        usual = {"present": f"{self.type_name}_created", "absent": f"{self.type_name}_removed"}
        return self.ensure_events.get(str(desired)) or usual.get(str(desired), f"{self.type_name}_changed")

    @property
    def provider_used(self) -> str | None:
        """What Puppet calls the provider; None where the type has none."""
        return self.only_provider or getattr(self, "provider", None)

    def diff(self, name: str, current: Any, desired: Any) -> list[str]:
        """The lines of a unified diff (without headers) that shows the change, if there is one to show."""
        return []


def shown(value: Any) -> str:
    """A value as messages have it: strings as they are, lists and hashes as in Puppet code, nothing as `absent`."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{shown(key)} => {shown(item)}' for key, item in value.items())}}}"
    return str(value)


def quoted(value: Any) -> str:
    """A value as Puppet's logs have it: strings between quotes, numbers bare, nothing as `'absent'`."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(quoted, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} => {quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return f"'{shown(value)}'"


# Munges that many types use ------------------------------------------------------------------------------------------


def boolean(value: Any) -> bool:
    """true, false, yes, no as a bool."""
    word = str(value).lower()
    if word in ("true", "yes"):
        return True
    if word in ("false", "no"):
        return False
    raise ValueError(f"Invalid value {shown(value)}. Valid values are true, false.")


def integer(value: Any) -> int:
    """A whole number, or a string of one."""
    try:
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return int(value)
    except ValueError:
        pass
    raise ValueError(f"a whole number is expected, not {shown(value)}")


def seconds(value: Any) -> float:
    """A span of time: a number, or a string of one, not negative."""
    try:
        if not isinstance(value, bool) and float(value) >= 0:
            return float(value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"a number of seconds is expected, not {shown(value)}")


def text(value: Any) -> str:
    """A string; numbers and Booleans become one."""
    if isinstance(value, (dict, list)):
        raise ValueError(f"a string is expected, not {shown(value)}")
    return shown(value) if isinstance(value, bool) else str(value)


def absolute_path(value: Any) -> str:
    """A path from the root, without a trailing slash or doubled ones."""
    if not isinstance(value, str) or not value.startswith("/"):
        raise ValueError(f"File paths must be fully qualified, not '{shown(value)}'")
    if "\0" in value:
        raise ValueError("a path cannot hold a NUL byte")
    while "//" in value:
        value = value.replace("//", "/")
    return value.rstrip("/") or "/"
