# A class with parameters of many kinds.
class sample (
  String            $greeting = 'hello',
  Integer[1, 65535] $port     = 80,
  Optional[String]  $owner    = undef,
  Boolean           $extra    = false,
) {
  notify { 'sample greeting': message => "${greeting} on ${port}" }
  if $extra {
    contain sample::extra
  }
}
