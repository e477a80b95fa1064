# frozen_string_literal: true

# The worker: evaluates ERB templates, functions and resource types of modules that are written in Ruby.
#
# Runs under plain Ruby (`ruby --disable=gems main.rb`), without Puppet's own libraries: the files beside this one give
# modules the part of Puppet's Ruby interface that such code leans on.
#
# Conversation, one JSON document a line, on the standard streams as they were at start:
#   bunraku -> worker   {"modules": {NAME: FOLDER}, "environment": NAME, "ahead": [FILE, ...]}
#                                                    the first line, which has no answer; ahead: what to load at once
#   bunraku -> worker   {"do": NAME, ...}            a task
#   worker  -> bunraku  {"ask": NAME, ...}           a question while a task runs (variables, functions, logs)
#   either way          {"value": ...}               the answer; a task's has "changed" too, where Ruby code changed
#                                                    arrays or hashes that it was given: what they are now, by name
#                       {"error": {"message", ...}}  what went wrong instead
# A task may come in the midst of a question (a template that calls a function that renders a template), so whoever
# waits for an answer also serves.

require 'json'
require_relative 'libraries'
require_relative 'values'
require_relative 'conversation'
require_relative 'puppet'

# What a module prints must not end up in the conversation.
Conversation.open(input: $stdin.dup, output: $stdout.dup)
$stdin.reopen(File::NULL)
$stdout.reopen($stderr)

Conversation.task('render') do |task|
  require_relative 'templates'
  task['variables'].each { |name, value| Conversation.watch(name, value) }
  Templates.render(task['number'], task['text'], task['path'], task['variables'])
end

Conversation.task('load_function') do |task|
  require_relative 'functions'
  Functions.load(task['path'], task['text'], task['name'])
end

Conversation.task('call_function') do |task|
  Functions.call(task['name'], task['dispatch'], task['arguments'], task['block'])
end

Conversation.task('call_block') do |task|
  Values.procs.fetch(task['proc']).call(*task['arguments'])
end

Conversation.task('read_type') do |task|
  require_relative 'types'
  Types.read(task['path'], task['name'])
end

if (start = Conversation.read)
  Puppet::Loading.modules = start['modules']
  Puppet.environment_name = start['environment']
  start['ahead'].each { |file| require_relative file }
  Conversation.serve
end
