module Puppet::Parser::Functions
  newfunction(:old_style, type: :rvalue, arity: -2, doc: 'A function of the 3.x kind.') do |args|
    raise(Puppet::ParseError, "old_style(): a string is expected") unless args[0].is_a?(String)
    "#{args[0].reverse} #{args[1].inspect} #{lookupvar('kernel')}"
  end
end
