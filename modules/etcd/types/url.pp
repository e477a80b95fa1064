# Where etcd listens, or is reached.
type Etcd::Url = Pattern[/\A(https?|unixs?):\/\/[^\s,]+\z/]
