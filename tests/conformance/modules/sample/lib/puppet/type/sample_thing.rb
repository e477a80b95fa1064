require 'puppet/parameter/boolean'
Puppet::Type.newtype(:sample_thing) do
  @doc = 'A type of a module.'
  ensurable
  newparam(:name, namevar: true) { desc 'Its name.' }
  newproperty(:size) { desc 'Its size.' }
  newparam(:force, boolean: true, parent: Puppet::Parameter::Boolean) { desc 'Whether to force it.' }
end
