# frozen_string_literal: true

# The other end of installed.py: a line of JSON in, a line of JSON out, until the input ends.

require 'json'

module Installed
  # Answers the first question, the settings, with what `start` makes of it, and each further one with `answer`, which is
  # given that too. What is raised is the answer's `error`.
  def self.serve(start, answer)
    # What runs here writes where it pleases: the conversation has pipes of its own.
    answers = $stdout.dup
    answers.sync = true
    questions = $stdin.dup
    $stdout.reopen($stderr)
    $stdin.reopen('/dev/null')

    started = nil
    while (line = questions.gets)
      question = JSON.parse(line)
      begin
        reply = started ? answer.call(started, question) : { 'ready' => (started = start.call(question)) && true }
        answers.puts(JSON.generate(reply))
      rescue StandardError, ScriptError => e
        answers.puts(JSON.generate('error' => e.message, 'class' => e.class.name))
      end
    end
  end
end
