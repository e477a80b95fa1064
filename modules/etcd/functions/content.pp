# The text of the configuration file, in the format that its name tells.
#
# @param settings    by the names of etcd's flags
# @param client_tls  the files for clients, by the names of etcd's flags
# @param peer_tls    the same for other members
# @return YAML, or environment variables
function etcd::content(Hash $settings, Hash $client_tls, Hash $peer_tls) >> String {
  if $etcd::config_file_path =~ /\.ya?ml\z/ {
    $sections = { 'client-transport-security' => $client_tls, 'peer-transport-security' => $peer_tls }
    epp('etcd/etcd.yml.epp', {
      'settings' => $settings,
      'sections' => $sections.filter |$name, $inner| { !$inner.empty },
    })
  } else {
    $peer_flags = $peer_tls.reduce({}) |$sum, $pair| { $sum + { "peer-${pair[0]}" => $pair[1] } }
    epp('etcd/etcd.conf.epp', { 'settings' => $settings + $client_tls + $peer_flags })
  }
}
