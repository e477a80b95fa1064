# Asks the real Puppet what it makes of pieces of code: reads a JSON array of {"code", "epp"} from standard input and
# prints one of {"errors": [[message, line, column]…], "warnings": [[…]…]}, with "syntax" where a syntax error ended the
# parse, or {"crash": class} where it breaks.
require 'json'
require 'puppet'
require 'puppet/pops'
require 'tmpdir'

Puppet.initialize_settings(['--confdir', Dir.tmpdir, '--vardir', Dir.tmpdir])
Puppet[:strict] = :warning

# The lexer's warnings only go to the log.
$logged = []
Puppet::Util::Log.newdesttype(:syntax_warnings) do
  match :syntax_warnings

  def handle(entry)
    $logged << [entry.message, entry.line, entry.pos]
  end
end
Puppet::Util::Log.newdestination(:syntax_warnings)

def problems(acceptor, wanted)
  formatter = Puppet::Pops::Validation::DiagnosticFormatter.new
  acceptor.diagnostics.select { |each| wanted.include?(each.severity) }.map do |each|
    [formatter.format_message(each), each.source_pos.line, each.source_pos.pos]
  end
end

def answer(piece)
  $logged.clear
  parser = piece['epp'] ? Puppet::Pops::Parser::EppParser.new : Puppet::Pops::Parser::Parser.new
  program = parser.parse_string(piece['code']).model
  acceptor = Puppet::Pops::Validation::Acceptor.new
  Puppet::Pops::Validation::ValidatorFactory_4_0.new.validator(acceptor).validate(program)
  {
    'errors' => problems(acceptor, [:error]),
    'warnings' => $logged.dup + problems(acceptor, [:warning, :deprecation])
  }
rescue Puppet::ParseError => e
  { 'errors' => [[e.message.sub(/ \((?:file|line).*\)\z/, ''), e.line, e.pos]], 'warnings' => [], 'syntax' => true }
rescue StandardError => e
  { 'crash' => e.class.name }
end

environment = Puppet::Node::Environment.create(:production, [])
loaders = Puppet::Pops::Loaders.new(environment)
answers = Puppet.override(current_environment: environment, loaders: loaders) do
  JSON.parse($stdin.read).map { |piece| answer(piece) }
end
puts JSON.generate(answers)
