"""The templates of a confdir: read, compiled once for each version of the file, and given their functions.

Functions look at the store of the rendering that runs: a compiled template is bound to a `Store`, so the cache keeps
one for each store.
"""

from __future__ import annotations

import os

from bunraku.confd.crypt import Keyring, crypt_functions
from bunraku.confd.functions import store_functions
from bunraku.confd.settings import Settings
from bunraku.confd.store import Store
from bunraku.confd.template import Function, FunctionError, Template, TemplateError, parse
from bunraku.confd.template.strings import to_text
from bunraku.confd.template.values import Value

INCLUDE_DEPTH = 10
"""How deep templates may include each other."""


class TemplateFileError(Exception):
    """A template that cannot be read: the message names the file and the remedy."""


class Templates:
    """The templates of a confdir for one store. keyring: the private key that decrypts values."""

    def __init__(self, confdir: str, store: Store, *, keyring: str = "") -> None:
        self.folder = os.path.join(confdir, "templates")
        self._cache: dict[str, tuple[tuple[int, ...], Template]] = {}
        self._including: list[str] = []
        self._functions = store_functions(store) | crypt_functions(store, Keyring(keyring))
        self._functions["include"] = Function("include", self._include, ("string",), "interface {}")

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Templates:
        """The templates that `settings` name."""
        return cls(settings.confdir, store, keyring=settings.secret_keyring)

    def render(self, path: str, dot: Value = None, *, seconds: float) -> str:
        """The text of the template file `path`. Raises TemplateFileError, TemplateError."""
        return self.load(path).render(dot, seconds=seconds)

    def render_text(self, name: str, text: str, dot: Value = None) -> str:
        """The text of a template that stands in a setting, called `name` in messages. Raises TemplateError."""
        return text if "{{" not in text else parse(name, text, self._functions).render(dot)

    def load(self, path: str) -> Template:
        """The compiled template of a file. Raises TemplateFileError, TemplateError."""
        try:
            status = os.stat(path)
            version = (status.st_ino, status.st_mtime_ns, status.st_size)
            known = self._cache.get(path)
            if known is not None and known[0] == version:
                return known[1]
            with open(path, "rb") as file:
                text = to_text(file.read())
        except FileNotFoundError:
            raise TemplateFileError(f"the template {path} is missing") from None
        except OSError as error:
            raise TemplateFileError(f"the template {path} cannot be read: {error.strerror}") from None
        template = parse(os.path.basename(path), text, self._functions)
        self._cache[path] = version, template
        return template

    def _include(self, name: str, *dot: Value) -> str:
        """Another template's text, with `dot` for its data; a template may not include itself, however far around."""
        path = os.path.normpath(os.path.join(self.folder, name))
        if not path.startswith(self.folder.rstrip("/") + "/"):
            raise FunctionError(f"{name} is outside of {self.folder}")
        if path in self._including or len(self._including) == INCLUDE_DEPTH:
            raise FunctionError(
                f"{name} includes itself" if path in self._including else "includes are nested too deeply"
            )
        self._including.append(path)
        try:
            return self.load(path).render(dot[0] if dot else None)
        except (TemplateFileError, TemplateError) as error:
            raise FunctionError(str(error)) from None
        finally:
            self._including.pop()
