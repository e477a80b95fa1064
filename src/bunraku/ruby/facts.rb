# frozen_string_literal: true

# Works out the facts that modules write in Ruby, with the facter that is installed: a line of JSON in, a line of JSON
# out, until the input ends. Started by facts.py, which says what the lines hold.

require 'json'

# Facts write where they please: the conversation has pipes of its own.
answers = $stdout.dup
answers.sync = true
questions = $stdin.dup
$stdout.reopen($stderr)
$stdin.reopen('/dev/null')

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

def start(settings)
  require 'facter'
  Facter.singleton_class.prepend(Listed)
  settings['folders'].each { |folder| $LOAD_PATH.unshift(File.dirname(folder)) }
  Facter.search(*settings['folders'])
  { 'version' => Facter.version }
end

def answer(question)
  load_puppet if question['puppet']
  return { 'value' => Facter.value(question['name']) } if question.key?('name')

  Facter.loadfacts
  { 'names' => Listed::NAMES.keys }
end

started = false
while (line = questions.gets)
  question = JSON.parse(line)
  begin
    answers.puts(JSON.generate(started ? answer(question) : start(question)))
    started = true
  rescue StandardError, ScriptError => e
    answers.puts(JSON.generate('error' => e.message, 'class' => e.class.name))
  end
end
