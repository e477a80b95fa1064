"""Users, roles and permissions, and switching authentication on and off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bunraku.etcd import rpc_pb2 as pb
from bunraku.etcd.errors import AuthenticationFailed, Refused
from bunraku.etcd.keys import decode, encode, prefix_range
from bunraku.etcd.methods import AUTHENTICATE, auth_method
from bunraku.etcd.transport import Transport

Access = Literal["read", "write", "readwrite"]


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """What a role may do: with one key, or with every key that begins with `key` (`prefix`)."""

    access: Access
    key: str
    prefix: bool

    @property
    def range(self) -> tuple[bytes, bytes]:
        """(key, range_end) as etcd keeps it."""
        return prefix_range(self.key) if self.prefix else (encode(self.key), b"")

    @classmethod
    def of(cls, found: pb.Permission) -> Permission:
        """From the wire's message. A range that is neither a key nor a prefix is shown by its first key."""
        access: Access = ("read", "write", "readwrite")[found.type]
        key = decode(found.key)
        if found.key == b"\0" and found.range_end == b"\0":
            key = ""
        return cls(access, key, bool(found.range_end))


class Auth:
    """What a client does with users and roles."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def enabled(self) -> bool:
        """Whether authentication is on; asked with a login that cannot succeed, since only that is always allowed."""
        try:
            self._transport.call(AUTHENTICATE, pb.AuthenticateRequest(name="\0", password="\0"))
        except Refused as answer:
            if "not enabled" in answer.problem:
                return False
            raise
        except AuthenticationFailed:
            return True
        return True

    def enable(self) -> None:
        """Switch authentication on. Raises `Refused` unless there is a user root with the role root."""
        self._change("AuthEnable", pb.EmptyRequest())
        self._transport.forget_token()

    def disable(self) -> None:
        """Switch authentication off."""
        self._change("AuthDisable", pb.EmptyRequest())
        self._transport.forget_token()

    def users(self) -> list[str]:
        """The names of all users."""
        return sorted(self._names("UserList", pb.EmptyRequest()))

    def user_roles(self, user: str) -> list[str]:
        """The roles that a user has. Raises `Refused` if there is no such user."""
        return sorted(self._names("UserGet", pb.NameRequest(name=user)))

    def add_user(self, user: str, password: str | None) -> None:
        """A new user; without a password it can only come with a certificate of this name."""
        options = pb.UserAddOptions(no_password=password is None)
        self._change("UserAdd", pb.UserAddRequest(name=user, password=password or "", options=options))

    def set_password(self, user: str, password: str) -> None:
        """Change a user's password."""
        self._change("UserChangePassword", pb.UserPasswordRequest(name=user, password=password))

    def check_password(self, user: str, password: str) -> bool:
        """Whether the password is the user's; only while authentication is on (else `Refused`)."""
        try:
            self._transport.call(AUTHENTICATE, pb.AuthenticateRequest(name=user, password=password))
        except AuthenticationFailed:
            return False
        return True

    def remove_user(self, user: str) -> None:
        """Remove a user."""
        self._change("UserDelete", pb.NameRequest(name=user))

    def grant_role(self, user: str, role: str) -> None:
        """Give a role to a user."""
        self._change("UserGrantRole", pb.UserRoleRequest(user=user, role=role))

    def revoke_role(self, user: str, role: str) -> None:
        """Take a role from a user."""
        self._change("UserRevokeRole", pb.UserRoleRequest(user=user, role=role))

    def roles(self) -> list[str]:
        """The names of all roles."""
        return sorted(self._names("RoleList", pb.EmptyRequest()))

    def permissions(self, role: str) -> list[Permission]:
        """What a role may do. Raises `Refused` if there is no such role."""
        method = auth_method("RoleGet", pb.RoleGetResponse, idempotent=True)
        answer = self._transport.call(method, pb.NameRequest(name=role))
        return sorted(map(Permission.of, answer.permissions))

    def add_role(self, role: str) -> None:
        """A new role, which may do nothing yet."""
        self._change("RoleAdd", pb.NameRequest(name=role))

    def remove_role(self, role: str) -> None:
        """Remove a role."""
        self._change("RoleDelete", pb.NameRequest(name=role))

    def grant(self, role: str, permission: Permission) -> None:
        """Allow something to a role."""
        key, end = permission.range
        wire = pb.Permission(type=permission.access.upper(), key=key, range_end=end)
        self._change("RoleGrantPermission", pb.RoleGrantRequest(name=role, permission=wire))

    def revoke(self, role: str, permission: Permission) -> None:
        """No longer allow something to a role."""
        key, end = permission.range
        self._change("RoleRevokePermission", pb.RoleRevokeRequest(role=role, key=key, range_end=end))

    def _change(self, name: str, request: object) -> None:
        self._transport.call(auth_method(name, pb.AuthResponse), request)

    def _names(self, name: str, request: object) -> list[str]:
        return list(self._transport.call(auth_method(name, pb.NamesResponse, idempotent=True), request).names)
