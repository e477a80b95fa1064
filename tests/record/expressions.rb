# What Puppet makes of expressions: reads {"facts": {…}, "modulepath": […], "code": […]} from standard input and writes
# an array of {"value": …} (rich data) or {"error": message} with the logged messages, one for each piece of code. The
# warnings of modules that something is deprecated are left out: they tell where in Ruby they come from.
require 'json'
require 'puppet'
require 'puppet/parser/compiler'
require 'puppet/pops'
require 'tmpdir'

HOST = 'web1.example.com'
PLACE = / \((?:file: [^)]*|line: \d+(?:, column: \d+)?)\)( on node .*)?$/

def as_data(value)
  value = value.to_a if value.is_a?(Puppet::Pops::Types::Iterable)
  Puppet::Pops::Serialization::ToDataConverter.convert(
    value, rich_data: true, symbol_as_string: true, type_by_reference: true, local_reference: false, silence_warnings: true
  )
end

def answer(code, node, env, loaders)
  $logs = []
  $unique_warnings = {}
  Puppet.clear_deprecation_warnings
  compiler = Puppet::Parser::Compiler.new(node)
  compiler.send(:set_node_parameters)
  compiler.send(:create_settings_scope)
  value = Puppet.override({ global_scope: compiler.topscope, current_environment: env, loaders: loaders }, 'expression') do
    as_data(Puppet::Pops::Parser::EvaluatingParser.new.evaluate_string(compiler.topscope, code))
  end
  JSON.generate(value) # what JSON has no form for is an error here
  { value: value }
rescue StandardError, StopIteration, UncaughtThrowError => e
  message = e.respond_to?(:basic_message) ? e.basic_message : e.message
  { error: message.gsub(PLACE, '') }
end

Dir.mktmpdir('expressions') do |base|
  asked = JSON.parse($stdin.read)
  File.write("#{base}/hiera.yaml", "---\nversion: 5\nhierarchy: []\n")
  File.write("#{base}/site.pp", '')
  Puppet.initialize_settings(%w[conf var log run].map { |d| "--#{d}dir=#{base}/#{d}" } +
                             ["--certname=#{HOST}", "--hiera_config=#{base}/hiera.yaml", '--strict=warning'])
  Puppet[:strict_variables] = false
  Puppet::Util::Log.level = :notice
  Puppet::Util::Log.newdesttype(:kept) do
    match(/^kept$/)
    define_method(:handle) { |log| $logs << [log.level.to_s, log.message.to_s.sub(/\n   \(file.*\z/, '')] unless log.message.include?('(location: ') }
  end
  Puppet::Util::Log.newdestination('kept')
  env = Puppet::Node::Environment.create(:production, asked['modulepath'], "#{base}/site.pp")
  loaders = Puppet::Pops::Loaders.new(env)
  trusted = Puppet::Context::TrustedInformation.new('remote', HOST, {})
  Puppet.override({ environments: Puppet::Environments::Static.new(env), current_environment: env, loaders: loaders,
                    trusted_information: trusted, rich_data: true }, 'expressions') do
    facts = Puppet::Node::Facts.new(HOST, asked['facts'])
    answers = asked['code'].map do |code|
      node = Puppet::Node.new(HOST, facts: facts, environment: env)
      node.merge(facts.values)
      answer(code, node, env, loaders).merge(logs: $logs)
    end
    puts JSON.generate(answers)
  end
end
