"""The tour's files, templates and commands (what real Puppet can do of it), applied again, beside `puppet apply`."""

from __future__ import annotations

import tempfile

from pair import BUNRAKU, PUPPET, ROOT, compare, need

MANIFEST = """
$root = '%s'
class { 'confd':
  backend        => 'etcdv3',
  nodes          => ['http://127.0.0.1:2379'],
  confdir        => "${root}/confd",
  manage_service => false,
}
confd::resource { 'nginx_upstream_01':
  src        => 'nginx.conf.tmpl',
  dest       => "${root}/nginx.conf",
  keys       => ['/nginx/upstream/01'],
  check_cmd  => 'nginx -t -c {{.src}}',
  reload_cmd => 'nginx -s reload',
}
file { "${root}/confd/templates/nginx.conf.tmpl":
  content => epp('tour/nginx.conf.tmpl.epp', { 'root' => $root, 'port' => 8080 }),
  require => Class['confd'],
}
['backend1', 'backend2'].each |$name| {
  file { "${root}/${name}":
    mode    => '0755',
    content => epp('tour/backend.epp', { 'name' => $name, 'port' => 8081 }),
  }
  ~> exec { "start ${name}": command => '/bin/true', refreshonly => true }
}
"""

if __name__ == "__main__":
    puppet = need(PUPPET, "puppet-agent")
    modules = f"{ROOT}/examples/tour/modules:{ROOT}/modules"
    with tempfile.TemporaryDirectory() as root:
        words = ["apply", "--modulepath", modules, "-e", MANIFEST % root]
        compare("a manifest like the tour's, in sync", [BUNRAKU, *words], [puppet, *words])
