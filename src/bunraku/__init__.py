"""bunraku: runs Puppet code on the CoreOS toolbox and keeps what it declares true in real time.

Puppet code and live data in; one catalog in the middle; converged hosts out. The folders are the picture:
`language` compiles into a `catalog`, `engine` applies it through `resources`, `cli` is what people type.

The public face of the library is `compile` and `CompileError`; everything else is a room's own business.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.api import compile as compile
    from bunraku.language.errors import CompileError as CompileError

__version__ = "0.1.0"
__all__ = ["CompileError", "__version__", "compile"]


def __getattr__(name: str) -> Any:
    # Start-up is a feature: `import bunraku` loads the compiler only when it is asked for.
    if name == "CompileError":
        from bunraku.language.errors import CompileError

        return CompileError
    if name == "compile":
        from bunraku.api import compile

        return compile
    raise AttributeError(f"module 'bunraku' has no attribute {name!r}")
