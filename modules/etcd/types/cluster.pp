# The members of a cluster by name: an address (with etcd's own ports), or the URLs for other members and for clients.
type Etcd::Cluster = Hash[
  Pattern[/\A[^=,\s]+\z/],
  Variant[Pattern[/\A[^\s:\/]+\z/, /\A\[[0-9a-fA-F:]+\]\z/], Struct[{ peer => Etcd::Url, client => Etcd::Url }]]
]
