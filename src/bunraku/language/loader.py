"""The loader: from a name to the definition behind it, in the manifest or in the modules.

Rules:
- `a::b::c` is looked for in module a: `manifests/b/c.pp`, `manifests/b.pp`, `manifests/init.pp`, each read once.
- A function `a::b` is in `functions/b.pp`, a type alias `A::B` in `types/b.pp`; such a file holds nothing else.
  `types/init_typeset.pp` has the TypeSet `A`, whose types are `A::B`, too.
- The environment's folder is a module, too, for functions and types: `environment::b` is in
  `functions/environment/b.pp`, and `b` without a module in `functions/b.pp`.
- Built-in functions and types cannot be redefined; nobody looks here for them. A define may have the name of a
  resource type that is not Puppet's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bunraku.language import nodes, types
from bunraku.language.errors import CompileError
from bunraku.language.evaluator.calls import Function
from bunraku.language.evaluator.unit import Unit
from bunraku.language.location import check_location
from bunraku.language.resource import located

if TYPE_CHECKING:
    from bunraku.language.definitions import Definition, NodeDefinition
    from bunraku.language.inputs import Inputs

_KINDS = {nodes.ClassDefinition: "class", nodes.DefineDefinition: "define"}
TYPE_SET = "init_typeset.pp"
"""The file with the TypeSet that is named after its module."""

PUPPETS_OWN = frozenset(
    (
        *("component", "exec", "file", "filebucket", "group", "node", "notify", "package", "resources"),
        *("schedule", "service", "stage", "tidy", "user", "whit"),
    )
)
"""The resource types that Puppet itself has: nobody else defines one of these names."""

ENVIRONMENT = "environment"
"""What the environment is called as a module."""


class Alias(NamedTuple):
    """A type alias and the file that it stands in."""

    unit: Unit
    node: nodes.TypeAlias


class Loader:
    """The definitions known so far, and the way to more."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.classes: dict[str, Definition] = {}
        self.defines: dict[str, Definition] = {}
        self.nodes: list[NodeDefinition] = []
        self.functions: dict[str, Function] = {}
        self.aliases: dict[str, Alias] = {}
        self.modules: set[str] = set()
        """The modules that something was loaded from."""
        self._read: set[Path] = set()

    # ---- what is found

    def find_class(self, name: str) -> Definition | None:
        """The class `name` (with or without a leading `::`, in any case)."""
        return self._find(self.classes, name)

    def find_define(self, name: str) -> Definition | None:
        """The define `name`."""
        return self._find(self.defines, name)

    def _find(self, known: dict[str, Definition], name: str) -> Definition | None:
        name = name.lower().removeprefix("::")
        found = known.get(name)
        if found is None and name:
            for path in self._manifests(name):
                self._load(path, name.split("::")[0])
                found = known.get(name)
                if found is not None:
                    break
        return found

    def _manifests(self, name: str) -> Iterator[Path]:
        module, *rest = name.split("::")
        folder = self.inputs.modules.get(module)
        if folder is None:
            return
        for end in range(len(rest), 0, -1):
            yield folder.joinpath("manifests", *rest[: end - 1], f"{rest[end - 1]}.pp")
        yield folder / "manifests" / "init.pp"

    def find_function(self, name: str) -> Function | None:
        """The function `name`, written in the Puppet language."""
        found = self.functions.get(name)
        if found is None:
            self._load_from("functions", name, nodes.FunctionDefinition)
            found = self.functions.get(name)
        return found

    def find_alias(self, name: str) -> Alias | None:
        """The type alias `name` (lower case)."""
        found = self.aliases.get(name)
        if found is None:
            self._load_from("types", name, nodes.TypeAlias)
            found = self.aliases.get(name)
        return found

    def _load_from(self, kind: str, name: str, definition: type[nodes.Node]) -> None:
        """Load the file that has the function or type `name` alone, if there is one."""
        module, *rest = name.split("::")
        folder = self.inputs.modules.get(module)
        if folder is not None and rest:
            path = folder.joinpath(kind, *rest[:-1], f"{rest[-1]}.pp")
        elif folder is not None and definition is nodes.TypeAlias:
            path = folder / kind / TYPE_SET
        elif self.inputs.environment_folder is not None and (not rest or module == ENVIRONMENT):
            path = self.inputs.environment_folder.joinpath(kind, *name.split("::")[:-1], f"{(rest or [module])[-1]}.pp")
            module = ENVIRONMENT
        else:
            return
        program = self._load(path, module)
        if program is not None:
            _check_alone(program, definition, name)

    def _load(self, path: Path, module: str) -> nodes.Program | None:
        """Take in the definitions of a module's file; None where it is not there, or not new."""
        if path in self._read:
            return None
        self._read.add(path)
        try:
            text = self.inputs.read_text(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise CompileError(f"cannot read {path}: {error.strerror}") from None
        program = self.parse(text, str(path))
        folder = self.inputs.modules.get(module)
        if folder is not None:
            _check_place(program, path, folder)
        self.modules.add(module)
        self.add(program, module)
        return program

    def parse(self, text: str, path: str | None) -> nodes.Program:
        """A manifest's program. Raises CompileError with all its syntax errors."""
        return self.inputs.programs.parse(text, path)

    # ---- what is taken in

    def add(self, program: nodes.Program, module: str | None = None) -> Unit:
        """Take in the definitions of a file. Raises CompileError for one that exists already."""
        from bunraku.language.definitions import Definition

        unit = Unit(program, module)
        for node in program.definitions:
            if isinstance(node, (nodes.ClassDefinition, nodes.DefineDefinition)):
                self._add_definition(Definition(_KINDS[type(node)], node.name.lower(), unit, node))
            elif isinstance(node, nodes.NodeDefinition):
                self._add_node(unit, node)
            elif isinstance(node, nodes.FunctionDefinition):
                if node.name in self.functions:
                    raise _redefined("function", node.name, self.functions[node.name])
                self.functions[node.name] = Function(unit, node)
            elif isinstance(node, nodes.TypeAlias):
                name = node.name.lower()
                _check_not_built_in(name)
                if name in self.aliases:
                    raise _redefined("type", name, self.aliases[name])
                self.aliases[name] = Alias(unit, node)
        return unit

    def _add_definition(self, definition: Definition) -> None:
        name = definition.name
        of_class, of_define = self.classes.get(name), self.defines.get(name)
        if definition.kind == "class":
            if of_class is not None:
                raise _taken(definition, f"Class '{name}' is already defined", of_class, "; cannot redefine")
            if of_define is not None:
                again = "; cannot be redefined as a class"
                raise _taken(definition, f"Definition '{name}' is already defined", of_define, again)
            self.classes[name] = definition
            return
        if of_class is not None:
            again = " as a class; cannot redefine as a definition"
            raise _taken(definition, f"'{name}' is already defined", of_class, again)
        if of_define is not None:
            raise _redefined("type", name, of_define)
        self.defines[name] = definition

    def _add_node(self, unit: Unit, node: nodes.NodeDefinition) -> None:
        from bunraku.language.definitions import NodeDefinition

        for match in node.matches:
            definition = NodeDefinition(unit, node, match)
            for other in self.nodes:
                if other.name == definition.name:
                    raise _taken(definition, f"Node '{other.name}' is already defined", other, "; cannot redefine")
            self.nodes.append(definition)


def _check_place(program: nodes.Program, path: Path, module: Path) -> None:
    """Raises CompileError where a module's file holds what does not belong there: other modules' names, loose code."""
    parts = path.relative_to(module).with_suffix("").parts[1:]
    outer = ("init", TYPE_SET.removesuffix(".pp"))
    namespace = "::".join((module.name, *(part for part in parts if part not in outer))).lower()
    errors = []
    for finding in check_location(program, namespace):
        line, column = program.place(finding.pos)
        errors.append(CompileError(finding.message, file=program.file, line=line, column=column))
    if errors:
        errors[0].others = tuple(errors[1:])
        raise errors[0]


def _check_alone(program: nodes.Program, kind: type[nodes.Node], name: str) -> None:
    """Raises CompileError unless the definition of `name` is all that a file holds."""
    word = "function" if kind is nodes.FunctionDefinition else "type"
    quoted = f"'{name}'" if word == "type" else name
    code = f"The code loaded from {program.file}"
    if not program.definitions:
        raise CompileError(f"{code} does not define the {word} '{name}' - it is empty.")
    if len(program.definitions) > 1:
        raise CompileError(f"{code} must contain only the {word} '{name}' - it has additional definitions.")
    definition = program.definitions[0]
    if not isinstance(definition, kind):
        missing = "no function found" if word == "function" else "no type alias or type definition found"
        raise CompileError(f"{code} does not define the {word} '{name}' - {missing}.")
    actual = str(getattr(definition, "name", ""))
    if (actual if word == "function" else actual.lower()) != name:
        shown = f"'{actual}'" if word == "type" else actual
        raise CompileError(f"{code} produced {word} with the wrong name, expected {quoted}, actual {shown}")
    if program.body is not definition:
        raise CompileError(f"{code} contains additional logic - can only contain the {word} {quoted}")


def _redefined(kind: str, name: str, other: Any) -> CompileError:
    """The error of a second function, type alias or define of a name."""
    line, column = other.unit.program.place(other.node.pos)
    origin = f"{'file://' + other.unit.file if other.unit.file else 'string:'}?line={line}&pos={column}"
    return _redefinition(kind, name, f"Originally set at {origin}.")


def _redefinition(kind: str, name: str, origin: str) -> CompileError:
    """What the reference says; it speaks of entities by URI."""
    entity = f"http://puppet.com/2016.1/runtime/{kind}/{name}"
    return CompileError(f"Attempt to redefine entity '{entity}'. {origin}")


def _check_not_built_in(name: str) -> None:
    """Raises CompileError for the name of a type that the language, or Puppet, comes with."""
    known = types.lookup(name)
    if name in PUPPETS_OWN or isinstance(known, types.PTypeAliasType) or name in ("annotation", "deferred"):
        raise _redefinition("type", name, "Set at unknown location")
    if known is not None and name != "error":
        raise _redefinition("type", name, "Originally set by Puppet-Type-System/Static-Loader.")


def _taken(definition: Definition, what: str, other: Definition, rest: str) -> CompileError:
    at = located(*other.place)
    file, line = definition.place
    return CompileError(f"{what}{at and ' ' + at}{rest}", file=file, line=line)
