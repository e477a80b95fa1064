# frozen_string_literal: true

# Tasks from bunraku, questions to it.
module Conversation
  # What bunraku answered with an error: its own exceptions, on their way through Ruby code back to it. `id` names the
  # exception that waits there, so that what comes out is what went in.
  module FromHost
    attr_accessor :id
  end

  @tasks = {}
  @scopes = []
  @watched = []

  class << self
    # The scope that the innermost task was given by, as a number; nil between tasks.
    def scope
      @scopes.last
    end

    def open(input:, output:)
      @input = input
      @output = output
      @input.set_encoding(Encoding::UTF_8)
      @output.sync = true
    end

    def task(name, &block)
      @tasks[name] = block
    end

    # The next message; nil once bunraku has gone.
    def read
      line = @input.gets
      line && Values.load(line)
    end

    # Serves until bunraku goes away.
    def serve
      while (message = read)
        work(message)
      end
    end

    # Asks bunraku; returns its answer or raises its error.
    def ask(name, **details)
      write({ 'ask' => name, **details.transform_keys(&:to_s) })
      loop do
        message = read || exit
        if message.key?('do')
          work(message)
        elsif message.key?('error')
          raise host_error(message['error'])
        else
          return message['value']
        end
      end
    end

    # Notes a value of bunraku's that Ruby code may change in place: its name, as bunraku knows it, and how it is now.
    def watch(name, value)
      @watched.last << [name, value, value.hash] if value.is_a?(Array) || value.is_a?(Hash)
      value
    end

    private

    def write(message)
      @output.write(Values.dump(message), "\n")
    end

    def work(message)
      Puppet::Parser::Scope.forget if @scopes.empty?
      @scopes.push(message['scope'])
      @watched.push([])
      value = @tasks.fetch(message['do']).call(message)
      changed = @watched.last.reject { |_, given, before| given.hash == before }
      write(changed.empty? ? { 'value' => value } : { 'value' => value, 'changed' => changed.to_h { |name, given| [name, given] } })
    rescue SystemExit
      raise
    rescue Exception => e # rubocop:disable Lint/RescueException -- SyntaxError, SystemStackError, NotImplementedError
      write({ 'error' => describe(e) })
    ensure
      @scopes.pop
      @watched.pop
    end

    def describe(error)
      place = (error.backtrace || []).first.to_s
      file, line = place.match(/\A(.*?):(\d+)/)&.captures
      {
        'message' => error.message.to_s.dup.force_encoding(Encoding::UTF_8).scrub,
        'class' => error.class.name,
        'file' => file,
        'line' => line&.to_i,
        'id' => error.is_a?(FromHost) ? error.id : nil
      }
    end

    def host_error(details)
      error = Puppet::ParseError.new(details['message'])
      error.extend(FromHost)
      error.id = details['id']
      error
    end
  end
end
