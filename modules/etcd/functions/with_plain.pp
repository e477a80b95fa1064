# Some settings with each URL both as it is and without TLS: etcd serves clients of either kind at one port.
#
# @param settings  URLs by the names of etcd's flags
# @param names     the settings that are meant
# @return these settings alone
function etcd::with_plain(Hash $settings, Array[String] $names) >> Hash {
  etcd::in_plain($settings, $names).reduce({}) |$sum, $one| { $sum + { $one[0] => "${one[1]},${settings[$one[0]]}" } }
}
