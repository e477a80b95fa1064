"""The only code that touches the operating system.

Atomic and durable file replacement, processes with a deadline whose whole group is ended, users and groups; and what
daemons have in common towards who runs them: their settings (`options`), their log, systemd.
Everything above asks this room; nothing above opens a managed path for writing, renames, or forks by itself.
May import: the standard library.
"""
