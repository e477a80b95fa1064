"""What is known about every node: its facts, catalog and reports, kept in SQLite and asked over PuppetDB's HTTP API.

`commands` checks what comes in, `store` keeps it (`schema`), `expiry` lets go of it. `entities` names what can be asked
for, `pql`, `clauses`, `comparisons` and `ast` turn a question into SQL, `answers` runs it. `server` speaks HTTP, to
those whom `access` lets in; `reading` takes requests apart. `wire` turns what an apply produced into commands, `client`
sends them to a server or straight into a file.
May import: catalog, system. Starlette and uvicorn are imported by these two only, which only the daemon imports.
"""
