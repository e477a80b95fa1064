# One or more URLs, as an array or separated by commas.
type Etcd::Urls = Variant[Array[Etcd::Url, 1], Pattern[/\A(https?|unixs?):\/\/[^\s,]+(,(https?|unixs?):\/\/[^\s,]+)*\z/]]
