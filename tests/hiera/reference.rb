# Asks the real Puppet for the answers to lookups: reads the cases of lookups.json, prints a list of {"value"} or
# {"error"}. Warnings are left out. Run by record_lookups.py.

require 'puppet'
require 'json'
require 'tmpdir'

folder = File.expand_path(ARGV.fetch(0))
request = JSON.parse($stdin.read)
Puppet.initialize_settings(["--hiera_config=#{folder}/hiera.yaml", '--strict=warning', "--vardir=#{Dir.mktmpdir}"])
Puppet::Util::Log.level = :crit
environment = Puppet::Node::Environment.create(:production, ["#{folder}/modules"])
loaders = Puppet::Pops::Loaders.new(environment)

def write_config(text)
  path = "#{Dir.mktmpdir}/hiera.yaml"
  File.write(path, text)
  path
end

def answer(scope, details)
  type = details['type'] && Puppet::Pops::Types::TypeParser.singleton.parse(details['type'])
  invocation = Puppet::Pops::Lookup::Invocation.new(scope, details['overrides'] || {}, details['defaults'] || {})
  value = Puppet::Pops::Lookup.lookup(details['names'], type, details['default'], details.key?('default'), details['merge'], invocation)
  { 'value' => Puppet::Pops::Serialization::ToDataConverter.convert(value, rich_data: true, symbol_as_string: true) }
rescue StandardError => e
  { 'error' => e.message }
end

Puppet.override(environments: Puppet::Environments::Static.new(environment), current_environment: environment, loaders: loaders) do
  answers = request['cases'].map do |details|
    Puppet[:hiera_config] = details['config'] ? write_config(details['config']) : "#{folder}/hiera.yaml"
    node = Puppet::Node.new('host.example.com', environment: environment)
    compiler = Puppet::Parser::Compiler.new(node)
    scope = compiler.topscope
    request['scope'].each { |name, value| name == 'facts' ? scope.set_facts(value) : (name == 'trusted' ? scope.set_trusted(value) : scope[name] = value) }
    answer(scope, details)
  end
  puts JSON.pretty_generate(answers)
end
