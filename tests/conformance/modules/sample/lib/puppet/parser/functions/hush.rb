# Replaces a parameter of the class or defined type that calls it.
Puppet::Parser::Functions.newfunction(:hush, arity: 1) do |arguments|
  name = arguments[0].to_sym
  caller = catalog.resources.find do |known|
    source.type == :hostclass ? known.type == 'Class' && known.name.downcase == source.name : known.title == resource.name
  end
  # Resources that were declared together share what they were given.
  parameter = caller.parameters[name].dup
  parameter.value = "hushed by #{source.name}"
  caller.parameters[name] = parameter
end
