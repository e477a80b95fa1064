"""Who may ask: the server's tokens, and what a client brings with it.

A request carries its token as PuppetDB's clients do (`X-Authentication`), or as `Authorization: Bearer`.
"""

from __future__ import annotations

import hmac
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bunraku.inventory.errors import InventoryError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

VARIABLES = "BUNRAKU_INVENTORY_"
"""What the environment variables of `Credentials` begin with: …TOKEN_FILE, …CACERT, …CERT, …KEY."""


def read_tokens(path: str) -> list[str]:
    """The tokens in a file, one a line, `#` for remarks. Raises InventoryError; also where others could read them."""
    try:
        file = Path(path)
        if file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise InventoryError(f"{path} holds secrets and everybody may read it: chmod 600 {path}")
        lines = [line.strip() for line in file.read_text(encoding="ascii").splitlines()]
    except OSError as error:
        raise InventoryError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise InventoryError(f"{path}: a token is ASCII text") from None
    tokens = [line for line in lines if line and not line.startswith("#")]
    if not tokens:
        raise InventoryError(f"{path} holds no token: one a line")
    return tokens


class Guarded:
    """An application behind tokens: who brings none of them is answered 401."""

    def __init__(self, inner: ASGIApp, tokens: list[str]) -> None:
        self._inner = inner
        self._tokens = [token.encode() for token in tokens]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on (ASGI)."""
        if scope["type"] == "http" and not self._knows(dict(scope["headers"])):
            from starlette.responses import PlainTextResponse

            words = "a token is needed: X-Authentication: TOKEN"
            await PlainTextResponse(words, 401, {"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        await self._inner(scope, receive, send)

    def _knows(self, headers: Mapping[bytes, bytes]) -> bool:
        given = headers.get(b"x-authentication") or headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        # Every one is compared, in the same time: how long it takes tells nothing.
        return sum(hmac.compare_digest(given, token) for token in self._tokens) > 0


class Credentials(NamedTuple):
    """What a client brings: a token, the authority that it trusts beside the system's, its own certificate and key."""

    token: str = ""
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Credentials:
        """Those that the environment names. Raises InventoryError."""
        file, ca, cert, key = (environment.get(VARIABLES + name) for name in ("TOKEN_FILE", "CACERT", "CERT", "KEY"))
        return cls(read_tokens(file)[0] if file else "", ca or None, cert or None, key or None)

    def headers(self) -> dict[str, str]:
        """The headers to send."""
        return {"X-Authentication": self.token} if self.token else {}

    def context(self) -> ssl.SSLContext:
        """How to speak TLS. Raises InventoryError."""
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.cert_file:
                context.load_cert_chain(self.cert_file, self.key_file)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(file for file in (self.ca_file, self.cert_file, self.key_file) if file)
            raise InventoryError(f"certificates in {files} cannot be used: {error}") from None
        return context


NOTHING = Credentials()
"""Neither a token nor certificates."""
