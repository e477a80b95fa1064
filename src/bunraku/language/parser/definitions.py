"""Definitions: classes, defines, nodes, functions and types, and their parameters."""

from __future__ import annotations

from bunraku.catalog.values import DEFAULT
from bunraku.language.nodes import (
    Access,
    ClassDefinition,
    DefineDefinition,
    FunctionDefinition,
    Literal,
    Name,
    Node,
    NodeDefinition,
    Parameter,
    TypeAlias,
    TypeMapping,
    TypeName,
)
from bunraku.language.parser.base import SyntaxFault
from bunraku.language.parser.expressions import ExpressionParser


class DefinitionParser(ExpressionParser):
    """The rules for definitions."""

    def class_definition(self) -> Node:
        """`class name (parameters) inherits parent { body }`."""
        pos = self.expect("class")
        own_name = self._definition_name()
        self.namespace.append(own_name)
        try:
            parameters = self._parameter_list()
            parent = self._class_parent()
            body = self.body()
        finally:
            self.namespace.pop()
        return self._define(ClassDefinition(pos, self._qualified(own_name), parameters, parent, body))

    def define_definition(self) -> Node:
        """`define name (parameters) { body }`."""
        pos = self.expect("define")
        name = self._qualified(self._definition_name())
        parameters = self._parameter_list()
        return self._define(DefineDefinition(pos, name, parameters, self.body()))

    def function_definition(self) -> Node:
        """`function name (parameters) >> Type { body }`."""
        pos = self.expect("function")
        name = self._definition_name()
        parameters = self._parameter_list()
        return_type = self.return_type()
        return self._define(FunctionDefinition(pos, name, parameters, self.body(), return_type))

    def _define(self, definition: Node) -> Node:
        self.definitions.append(definition)
        return definition

    def _qualified(self, name: str) -> str:
        return "::".join([*self.namespace, name])

    def _definition_name(self) -> str:
        """The name in a definition. What is no lawful name but a word is refused later, with a better message."""
        kind, value = self.kinds[self.at], str(self.values[self.at])
        if kind == "class":
            raise SyntaxFault("'class' keyword not allowed at this location", self.starts[self.at])
        if kind == "STRING":
            raise SyntaxFault("A quoted string is not valid as a name here", self.starts[self.at])
        if kind not in ("NAME", "WORD", "TYPE"):
            self.unexpected()
        self.at += 1
        return value

    def _class_parent(self) -> str | None:
        if not self.accept("inherits"):
            return None
        if self.accept("default"):
            return "default"
        return self._definition_name()

    # ------------------------------------------------------------ nodes

    def node_definition(self) -> Node:
        """`node matches { body }`."""
        pos = self.expect("node")
        matches = [self._host()]
        while self.accept(","):
            if self.kinds[self.at] in ("{", "inherits"):
                break
            matches.append(self._host())
        parent = self._host() if self.accept("inherits") else None
        return self._define(NodeDefinition(pos, matches, parent, self.body()))

    def _host(self) -> Node:
        """What a node's name must match: a name with dots, a string, a regular expression or `default`."""
        kind, pos = self.kinds[self.at], self.starts[self.at]
        if kind in ("NAME", "NUMBER"):
            return Literal(pos, self._dotted_name())
        if kind == "default":
            self.at += 1
            return Literal(pos, DEFAULT)
        if kind in ("STRING", "WORD"):
            return self._word()
        if kind == "BEGIN":
            return self.interpolated()
        if kind == "HEREDOC":
            return self.heredoc()
        if kind != "REGEX":
            self.unexpected()
        return self._regex()

    def _dotted_name(self) -> str:
        parts = [str(self.values[self.at])]
        self.at += 1
        while self.accept("."):
            if self.kinds[self.at] not in ("NAME", "NUMBER"):
                self.unexpected()
            parts.append(str(self.values[self.at]))
            self.at += 1
        return ".".join(parts)

    # ------------------------------------------------------------ types

    def type_definition(self) -> Node:
        """`type Name = …` and `type Runtime[…] = …`."""
        keyword = self.expect("type")
        left = self._parameter_type()
        if self.kinds[self.at] in ("inherits", "{"):
            return self._unsupported_type(keyword)
        self.expect("=")
        right = self._type_value(left.pos)
        if isinstance(left, Access):
            return self._define(TypeMapping(left.pos, left, right))
        assert isinstance(left, TypeName)
        return self._define(TypeAlias(left.pos, left.value, right))

    def _unsupported_type(self, keyword: int) -> Node:
        """`type Name inherits Parent { … }`: in the grammar, but refused by the reference whatever it holds."""
        if self.accept("inherits"):
            self.type_name()
        body = self.block()
        message = "Expressions of type a Type Definition are not supported in this version of Puppet"
        self.unsupported.append(SyntaxFault(message, keyword))
        return body

    def _type_value(self, pos: int) -> Node:
        """What an alias stands for: a type, an array, or the hash of an Object type, with its parent before it.

        pos: the alias's place, which is also that of its value when that has brackets or braces.
        """
        kind = self.kinds[self.at]
        if kind == "{":
            return self._object_type(pos, None)
        if kind in ("[", "LIST["):
            return self._array()
        type = self.type_name()
        if self.kinds[self.at] == "{":
            return self._object_type(pos, type)
        if not self.accept("["):
            return type
        return Access(pos, type, self.access_keys(trailing_comma=True))

    def _object_type(self, pos: int, parent: TypeName | None) -> Node:
        """`{ … }` or `Parent { … }`: an Object type by its hash; `Object` and `TypeSet` are no parents."""
        hash = self.hash()
        type = TypeName(pos, "Object")
        if parent is not None:
            if parent.value in ("Object", "TypeSet"):
                type = parent
            else:
                hash.pairs.append((Name(hash.pos, "parent"), parent))
        return Access(pos, type, [hash])

    # ------------------------------------------------------------ parameters

    def _parameter_list(self) -> list[Parameter]:
        """`(parameters)`, if any."""
        if self.kinds[self.at] not in ("(", "WS("):
            return []
        self.at += 1
        return self.parameters(")")

    def parameters(self, closing: str) -> list[Parameter]:
        """Parameters up to and with `closing`; a comma may stand behind the last."""
        kinds = self.kinds
        parameters: list[Parameter] = []
        while kinds[self.at] != closing:
            parameters.append(self._parameter())
            if not self.accept(","):
                break
        self.expect(closing)
        return parameters

    def _parameter(self) -> Parameter:
        type = self._parameter_type() if self.kinds[self.at] == "TYPE" else None
        captures_rest = self.accept("*")
        at = self.at
        pos = self.expect("VARIABLE")
        default = self.expression() if self.accept("=") else None
        return Parameter(pos, str(self.values[at]), type, default, captures_rest)

    def _parameter_type(self) -> Node:
        type = self.type_name()
        if not self.accept("["):
            return type
        return Access(type.pos, type, self.access_keys(trailing_comma=False))

    def return_type(self) -> Node | None:
        """`>> Type`, if any."""
        return self._parameter_type() if self.accept(">>") else None
