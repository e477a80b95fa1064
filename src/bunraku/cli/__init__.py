"""The command line: one file a subcommand; flags in, one call, rendering out.

May import: any room, each inside the command that needs it, so that no command pays for another's start-up.
"""
