"""A catalog in, a converged host and a report out.

`graph` orders the resources, `transaction` takes each at its turn (read, compare, change, notify), `outcome` is what
became of each, `report` puts it all in Puppet's report format. Nothing here knows a particular type.
May import: catalog, resources, system.
"""
