# frozen_string_literal: true

# Ruby's own libraries that Puppet has loaded before it runs a module's code, so that modules use them without asking
# (observed: the constants and methods that `require 'puppet'` adds). Here each is loaded when it is first used.

{
  'base64' => %i[Base64], 'benchmark' => %i[Benchmark], 'cgi' => %i[CGI], 'date' => %i[Date DateTime],
  'delegate' => %i[Delegator SimpleDelegator], 'digest' => %i[Digest], 'erb' => %i[ERB], 'etc' => %i[Etc],
  'fileutils' => %i[FileUtils], 'find' => %i[Find], 'forwardable' => %i[Forwardable SingleForwardable],
  'ipaddr' => %i[IPAddr], 'logger' => %i[Logger], 'net/http' => %i[Net], 'open3' => %i[Open3],
  'openssl' => %i[OpenSSL], 'optparse' => %i[OptionParser OptParse], 'ostruct' => %i[OpenStruct],
  'pathname' => %i[Pathname], 'resolv' => %i[Resolv], 'securerandom' => %i[SecureRandom], 'set' => %i[Set],
  'singleton' => %i[Singleton], 'socket' => %i[Socket TCPSocket TCPServer UDPSocket UNIXSocket IPSocket Addrinfo],
  'stringio' => %i[StringIO], 'strscan' => %i[StringScanner], 'timeout' => %i[Timeout], 'tsort' => %i[TSort],
  'uri' => %i[URI], 'yaml' => %i[YAML Psych], 'zlib' => %i[Zlib]
}.each { |library, constants| constants.each { |constant| autoload constant, library } }

# The first call of such a method loads the library, whose own method then stands in its place.
{
  Object => { to_yaml: 'yaml' },
  Enumerable => { to_set: 'set' },
  Kernel => { URI: 'uri', Pathname: 'pathname' },
  Dir.singleton_class => { tmpdir: 'tmpdir', mktmpdir: 'tmpdir' },
  Time.singleton_class => { parse: 'time', strptime: 'time', iso8601: 'time', rfc2822: 'time', httpdate: 'time' },
  Time => { iso8601: 'time', xmlschema: 'time', rfc2822: 'time', httpdate: 'time', to_date: 'date', to_datetime: 'date' }
}.each do |owner, methods|
  methods.each do |name, library|
    owner.define_method(name) do |*arguments, **options, &block|
      require library
      __send__(name, *arguments, **options, &block)
    end
  end
end
