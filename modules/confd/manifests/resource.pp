# One configuration file that is rendered from keys.
#
# @param dest                 where it goes
# @param keys                 the keys that it is made of, each with all below it
# @param ensure               present, or absent: neither the resource nor its template (the file itself stays)
# @param src                  the template, below CONFDIR/templates
# @param source               where the template is copied from; undef leaves it to others
# @param content              the template itself, in place of source
# @param owner                owner of the file
# @param group                group of the file
# @param uid                  its owner by number
# @param gid                  its group by number
# @param mode                 mode of the file
# @param prefix               prefix of the keys
# @param check_cmd            is asked about the new file, {{.src}}, before it replaces the old one
# @param reload_cmd           is run after it has
# @param output_format        what the file must be read as: json, yaml, toml or xml
# @param for_each             pattern of keys, each of which makes a file; dest is then a template of the pair
# @param when                 template; there is no file where it renders to nothing or false
# @param debounce             wait so long after a change for more of them
# @param min_reload_interval  least time between two runs of reload_cmd
# @param check_cmd_timeout    time that check_cmd may take
# @param reload_cmd_timeout   time that reload_cmd may take
# @param rollback             put the old file back if the reload fails
# @param on_drift             what to do about a file changed by hand
# @param symlinks             a dest that is a link: follow it, or replace it
# @param render_timeout       time that the template may take
# @param backend              a store of its own: backend, nodes and so on
define confd::resource (
  String                                      $dest,
  Array[String]                               $keys,
  Enum['present', 'file', 'absent']           $ensure              = 'present',
  String                                      $src                 = "${name}.tmpl",
  Optional[Variant[String, Array[String]]]    $source              = undef,
  Optional[String]                            $content             = undef,
  Optional[String]                            $owner               = undef,
  Optional[String]                            $group               = undef,
  Optional[Integer[0]]                        $uid                 = undef,
  Optional[Integer[0]]                        $gid                 = undef,
  Optional[Pattern[/\A[0-7]{3,4}\z/]]         $mode                = undef,
  Optional[String]                            $prefix              = undef,
  Optional[String]                            $check_cmd           = undef,
  Optional[String]                            $reload_cmd          = undef,
  Optional[Enum['json', 'yaml', 'toml', 'xml']] $output_format     = undef,
  Optional[String]                            $for_each            = undef,
  Optional[String]                            $when                = undef,
  Optional[String]                            $debounce            = undef,
  Optional[String]                            $min_reload_interval = undef,
  Optional[String]                            $check_cmd_timeout   = undef,
  Optional[String]                            $reload_cmd_timeout  = undef,
  Optional[Boolean]                           $rollback            = undef,
  Optional[Enum['repair', 'report', 'ignore']] $on_drift           = undef,
  Optional[Enum['follow', 'replace']]         $symlinks            = undef,
  Optional[String]                            $render_timeout      = undef,
  Optional[Hash[String, Data]]                $backend             = undef,
) {
  include confd

  $template = {
    'src'                 => $src,
    'dest'                => $dest,
    'keys'                => $keys,
    'owner'               => $owner,
    'group'               => $group,
    'uid'                 => $uid,
    'gid'                 => $gid,
    'mode'                => $mode,
    'prefix'              => $prefix,
    'check_cmd'           => $check_cmd,
    'reload_cmd'          => $reload_cmd,
    'output_format'       => $output_format,
    'for_each'            => $for_each,
    'when'                => $when,
    'debounce'            => $debounce,
    'min_reload_interval' => $min_reload_interval,
    'check_cmd_timeout'   => $check_cmd_timeout,
    'reload_cmd_timeout'  => $reload_cmd_timeout,
    'rollback'            => $rollback,
    'on_drift'            => $on_drift,
    'symlinks'            => $symlinks,
    'render_timeout'      => $render_timeout,
  }

  # The template first: the daemon sees the resource at once.
  if $source or $content {
    file { "${confd::confdir}/templates/${src}":
      ensure  => $ensure,
      mode    => '0644',
      source  => $source,
      content => $content,
      before  => File["${confd::confdir}/conf.d/${name}.toml"],
    }
  }
  $toml = epp('confd/resource.toml.epp', { 'template' => $template, 'backend' => $backend })
  file { "${confd::confdir}/conf.d/${name}.toml":
    ensure  => $ensure,
    mode    => '0640',
    # A store of its own may have a password of its own.
    content => $backend ? {
      Undef   => $toml,
      default => Sensitive($toml),
    },
  }
}
