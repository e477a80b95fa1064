# What Puppet answers to the cases of tests/language/types: reads them as JSON from standard input, one array of
# [operation, argument, …] each, and writes their answers as JSON. Arguments are Puppet code.
require 'json'
require 'puppet'

TYPES = Puppet::Pops::Types
FORMATTER = TYPES::TypeFormatter.singleton

# A value as a literal of the language; what has none gets a readable form.
def show(value)
  case value
  when Array then "[#{value.map { |v| show(v) }.join(', ')}]"
  when Hash then "{#{value.map { |k, v| "#{show(k)} => #{show(v)}" }.join(', ')}}"
  when TYPES::PSensitiveType::Sensitive then "Sensitive(#{show(value.unwrap)})"
  when TYPES::PBinaryType::Binary then "Binary('#{value}')"
  when TYPES::PAnyType then value.to_s
  when TYPES::Iterable then show(value.to_a)
  else FORMATTER.string(value)
  end
end

def answer(compiler, operation, *code)
  args = code.map { |text| compiler.evaluate_string(text) }
  calculator = TYPES::TypeCalculator.singleton
  case operation
  when 'eval' then show(args[0])
  when 'interpolate' then compiler.evaluate_string("\"${(#{code[0]})}\"")
  when 'instance' then args[0].instance?(args[1])
  when 'assignable' then args[0].assignable?(args[1])
  when 'infer' then calculator.infer_set(args[0]).to_s
  when 'reduced' then calculator.infer(args[0]).to_s
  when 'general' then args[0].generalize.to_s
  when 'normal' then args[0].normalize.to_s
  when 'common' then calculator.common_type(args[0], args[1]).to_s
  when 'mismatch'
    TYPES::TypeMismatchDescriber.singleton.describe_mismatch('x', args[0], calculator.infer_set(args[1]))
  when 'wire'
    Puppet::Pops::Serialization::ToDataConverter.convert(args[0], rich_data: true, symbol_as_string: true, local_reference: false)
  when 'search'
    match = args[0].match(args[1])
    match && [match.pre_match.length, *match.to_a]
  else raise "unknown operation #{operation}"
  end
rescue NoMethodError, NameError => e
  { 'crash' => e.message.lines.first.strip }
rescue StandardError => e
  message = e.respond_to?(:basic_message) ? e.basic_message : e.message
  { 'error' => message.sub(/\A(Evaluation Error: |Error while evaluating a (Function|Method) Call, )*/, '').sub(/ \((file|line): .*\z/, '') }
end

Puppet.initialize_settings(['--confdir', '/nonexistent', '--vardir', '/nonexistent', '--strict', 'off'])
Puppet::Util::Log.level = :crit
Puppet::Util::Log.close_all
cases = JSON.parse(STDIN.read)
answers = Puppet::Pal.in_tmp_environment('production', modulepath: [], facts: {}) do |pal|
  pal.with_catalog_compiler { |compiler| cases.map { |given| answer(compiler, *given) } }
end
puts JSON.generate(answers)
