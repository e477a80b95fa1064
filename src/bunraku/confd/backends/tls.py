"""TLS as the settings ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bunraku.confd.backends.base import BackendError
from bunraku.confd.settings import Settings

if TYPE_CHECKING:
    import ssl


def context(settings: Settings) -> ssl.SSLContext:
    """What checks the server, and shows our certificate if there is one. Raises BackendError for files of no use."""
    import ssl

    try:
        made = ssl.create_default_context(cafile=settings.client_cakeys or None)
        if settings.client_cert:
            made.load_cert_chain(settings.client_cert, settings.client_key or None)
    except (OSError, ssl.SSLError) as error:
        raise BackendError(f"client_cakeys, client_cert or client_key cannot be used: {error}") from None
    if settings.client_insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
