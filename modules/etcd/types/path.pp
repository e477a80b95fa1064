# An absolute path.
type Etcd::Path = Pattern[/\A\/[^\n\0]*\z/]
