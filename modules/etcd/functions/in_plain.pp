# Some settings with their URLs as they are without TLS.
#
# @param settings  URLs by the names of etcd's flags
# @param names     the settings that are meant
# @return these settings alone
function etcd::in_plain(Hash $settings, Array[String] $names) >> Hash {
  $names.reduce({}) |$sum, $name| { $sum + { $name => regsubst($settings[$name], 'https://', 'http://', 'G') } }
}
