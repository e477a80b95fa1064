"""Vault, over its HTTP API: a secret of the one field `value` is a key, any other a folder of its fields.

Both versions of the key-value engine, by the paths that confd users write: /secret/app for version 1, and for version
2 /secret/data/app. It cannot tell of changes: it is looked at again and again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bunraku.confd.backends.base import Backend, BackendError
from bunraku.confd.backends.http import Answer, Web, problem_of
from bunraku.confd.json_text import json_text
from bunraku.confd.settings import Settings

KUBERNETES_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"


class Forbidden(BackendError):
    """Our token may not do this, or is no longer good."""


class Vault(Backend):
    """The secrets of a Vault."""

    poll = 10.0

    def __init__(self, settings: Settings) -> None:
        if not settings.auth_type:
            raise BackendError(
                "backend vault needs an auth_type: token, app-role, userpass, kubernetes, github or cert"
            )
        self._web = Web("vault", settings)
        self._settings = settings
        self._token = ""
        self._renew_at = 0.0

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The secrets at the keys and below them. Raises BackendError."""
        known = self._token and time.monotonic() < self._renew_at
        if not known:
            self._log_in()
        try:
            return self._read(keys)
        except Forbidden:
            if not known:
                raise
            self._log_in()  # the token may have been revoked
            return self._read(keys)

    def _read(self, keys: Sequence[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for path in dict.fromkeys(path for key in keys for path in self._paths(key.rstrip("/") or "/")):
            answer = self._ask("GET", path)
            if answer.code == 200 and isinstance(answer.body, dict):
                values.update(_flat(path, _secret(path, answer.body.get("data") or {})))
        return values

    def _paths(self, path: str) -> Iterator[str]:
        """`path` and all below it."""
        yield path
        # Version 2 of the engine lists under another name than it reads.
        answer = self._ask("LIST", f"{path}/".replace("/data/", "/metadata/", 1).rstrip("/"))
        listed = (answer.body or {}).get("data") or {} if answer.code == 200 else {}
        for name in listed.get("keys") or ():
            yield from self._paths(f"{path.rstrip('/')}/{name.rstrip('/')}")

    def _ask(self, method: str, path: str, body: Any = None) -> Answer:
        headers = {"X-Vault-Token": self._token} if self._token else {}
        answer = self._web.ask(method, f"/v1{quote(path)}", headers=headers, body=body)
        if answer.code == 403:
            raise Forbidden(f"vault: {method} {path}: {problem_of(answer)}")
        # 405: a folder, not a secret.
        if answer.code not in (200, 204, 404, 405):
            raise BackendError(f"vault: {method} {path}: {problem_of(answer)}")
        return answer

    def _log_in(self) -> None:
        settings = self._settings
        kind = settings.auth_type
        if kind == "token":
            self._token = self._needed("auth_token", settings.auth_token or os.environ.get("VAULT_TOKEN", ""))
            self._ask("GET", "/auth/token/lookup-self")
            self._renew_at = time.monotonic() + 3600
            return
        mount = settings.path or ("approle" if kind in ("app-role", "approle") else kind)
        suffix, body = self._credentials(kind)
        answer = self._ask("POST", f"/auth/{mount}/login{suffix}", body)
        auth = (answer.body or {}).get("auth") or {}
        if not auth.get("client_token"):
            raise BackendError(f"vault: logging in by {kind} gave no token")
        self._token = auth["client_token"]
        self._renew_at = time.monotonic() + (auth.get("lease_duration") or 3600) * 0.8

    def _credentials(self, kind: str) -> tuple[str, dict[str, str]]:
        """What is added to the path of the login, and what is sent to it."""
        settings = self._settings
        match kind:
            case "app-role" | "approle":
                return "", {"role_id": self._needed("role_id", settings.role_id), "secret_id": settings.secret_id}
            case "app-id":
                return "", {
                    "app_id": self._needed("app_id", settings.app_id),
                    "user_id": self._needed("user_id", settings.user_id),
                }
            case "userpass":
                user = self._needed("username", settings.username)
                return f"/{user}", {"password": self._needed("password", settings.password)}
            case "github":
                return "", {"token": self._needed("auth_token", settings.auth_token)}
            case "kubernetes":
                try:
                    with open(KUBERNETES_TOKEN) as file:
                        return "", {"jwt": file.read(), "role": self._needed("role_id", settings.role_id)}
                except OSError as error:
                    raise BackendError(f"vault: {KUBERNETES_TOKEN}: {error.strerror}") from None
            case "cert":
                return "", {}
        raise BackendError(f"vault: auth_type '{kind}' is none of token, app-role, userpass, kubernetes, github, cert")

    def _needed(self, name: str, value: str) -> str:
        if not value:
            raise BackendError(f"vault: auth_type {self._settings.auth_type} needs {name}")
        return value


def _is_second(path: str) -> bool:
    return "/data/" in f"{path}/"


def _secret(path: str, data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a secret: version 2 of the engine wraps them, with metadata beside."""
    inner = data.get("data")
    return inner if _is_second(path) and isinstance(inner, dict) and "metadata" in data else data


def _flat(path: str, fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if set(fields) == {"value"} and isinstance(fields["value"], str):
        yield path, fields["value"]
        return
    yield path, json_text(fields)
    for name, value in fields.items():
        if isinstance(value, str):
            yield f"{path}/{name}", value
        elif isinstance(value, dict):
            yield from list(_flat(f"{path}/{name}", value))[1:]


def connect(settings: Settings) -> Backend:
    """The Vault that the settings name."""
    return Vault(settings)
