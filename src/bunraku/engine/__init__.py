"""A catalog in, a converged host and a report out.

`plan` makes the resources ready, `graph` orders them, `transaction` walks through them (`parallel`: several at once)
and passes on what happened, `turn` is what is done to each (read, compare, change, refresh), `outcome` what became of
it, `events` says it in words, `report` puts it all in Puppet's report format. Nothing here knows a particular type.
May import: catalog, resources, system.
"""
