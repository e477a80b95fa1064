# The document root: as given, or made of the name.
function sample::root(Optional[String] $given, String $name) >> String {
  if $given { $given } else { "/var/www/${name}" }
}
