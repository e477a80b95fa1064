# frozen_string_literal: true

# Works out the facts that modules write in Ruby, with the facter that is installed. Started by facts.py, which says what
# the questions hold.

require_relative 'installed'

def load_puppet
  require 'puppet'
  Puppet.initialize_settings([]) unless Puppet.settings.global_defaults_initialized?
end

# What asks for Puppet unforeseen, since another fact asked for it.
def Object.const_missing(name)
  return super unless name == :Puppet

  load_puppet
  Puppet
end

# Remembers what facts there are, since facter's own list has the host's among them.
module Listed
  NAMES = {}

  def add(name, ...)
    NAMES[name.to_s.downcase] = true
    super
  end
end

start = lambda do |settings|
  require 'facter'
  Facter.singleton_class.prepend(Listed)
  settings['folders'].each { |folder| $LOAD_PATH.unshift(File.dirname(folder)) }
  Facter.search(*settings['folders'])
  Facter
end

answer = lambda do |facter, question|
  load_puppet if question['puppet']
  next { 'value' => facter.value(question['name']) } if question.key?('name')

  facter.loadfacts
  { 'names' => Listed::NAMES.keys }
end

Installed.serve(start, answer)
