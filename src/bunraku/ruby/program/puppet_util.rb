# frozen_string_literal: true

module Puppet
  # Helpers that modules call.
  module Util
    class << self
      def which(program)
        return File.executable?(program) ? program : nil if program.include?('/')

        ENV['PATH'].to_s.split(':').map { |folder| "#{folder}/#{program}" }.find { |path| File.executable?(path) }
      end

      def absolute_path?(path, platform = :posix)
        return path.to_s.match?(%r{\A(?:[A-Za-z]:[\\/]|[\\/][\\/][^\\/]+[\\/][^\\/]+|[\\/][\\/]\?[\\/][^\\/]+)}) if platform == :windows

        path.to_s.start_with?('/')
      end

      def execute(*arguments, **options)
        Execution.execute(*arguments, **options)
      end

      def deterministic_rand(seed, max)
        deterministic_rand_int(seed, max).to_s
      end

      def deterministic_rand_int(seed, max)
        Random.new(seed).rand(max)
      end

      def symbolizehash(hash)
        hash.transform_keys { |key| key.respond_to?(:to_sym) ? key.to_sym : key }
      end

      def uri_encode(path, *)
        URI::DEFAULT_PARSER.escape(path)
      end

      def const_missing(name)
        return Anything.constant(self, name) if defined?(Anything) && Anything.welcomed?

        super
      end
    end

    def which(program)
      Util.which(program)
    end

    def absolute_path?(path, platform = :posix)
      Util.absolute_path?(path, platform)
    end

    # Runs commands.
    module Execution
      # What a command wrote, and its exit code.
      class ProcessOutput < String
        attr_reader :exitstatus

        def initialize(text, exitstatus)
          super(text)
          @exitstatus = exitstatus
        end
      end

      def self.execute(command, options = {}, **more)
        require 'open3'
        options = { failonfail: false, combine: true }.merge(options, more)
        output, status = options[:combine] ? Open3.capture2e(*words(command)) : Open3.capture2(*words(command))
        if options[:failonfail] && !status.success?
          shown = Array(command).flatten.join(' ')
          raise ExecutionFailure, "Execution of '#{shown}' returned #{status.exitstatus}: #{output.strip}"
        end

        ProcessOutput.new(output, status.exitstatus)
      rescue SystemCallError => e
        raise ExecutionFailure, "Could not execute posix command: #{e.message}"
      end

      # A list runs as it is; a string goes to the shell.
      def self.words(command)
        return [command] unless command.is_a?(Array)

        first, *rest = command.flatten.map(&:to_s)
        [[first, first], *rest]
      end
      private_class_method :words
    end

    # Versions as package managers order them.
    module Package
      def versioncmp(one, other)
        pattern = /[-.]|\d+|[^-.\d]+/
        ours = one.to_s.scan(pattern)
        theirs = other.to_s.scan(pattern)
        while !ours.empty? && !theirs.empty?
          order = compare(ours.shift, theirs.shift)
          return order unless order.zero?
        end
        one.to_s <=> other.to_s
      end

      # A dash is less than a dot, which is less than anything else; numbers are numbers unless they begin with 0.
      def compare(one, other)
        return 0 if one == other

        %w[- .].each do |mark|
          return -1 if one == mark
          return 1 if other == mark
        end
        return one.to_i <=> other.to_i if [one, other].all? { |part| part.match?(/\A\d+\z/) && !part.start_with?('0') }

        one.upcase <=> other.upcase
      end
      module_function :versioncmp, :compare
    end

    # The platform: bunraku runs on Linux.
    module Platform
      def self.windows?
        false
      end

      def self.default_paths
        []
      end
    end

    # Parsers that modules reach through Puppet.
    module Json
      class ParseError < StandardError; end

      def self.load(text, options = {})
        JSON.parse(text, options)
      rescue JSON::ParserError => e
        raise ParseError, e.message
      end

      def self.dump(object, *)
        JSON.generate(object)
      end
    end

    module Yaml
      class YamlLoadError < Puppet::Error; end

      def self.safe_load(text, classes = [], _name = nil)
        require 'yaml'
        YAML.safe_load(text, permitted_classes: classes, aliases: true)
      end

      def self.safe_load_file(path, classes = [])
        safe_load(File.read(path, encoding: 'utf-8'), classes, path)
      end

      def self.load_file(path, default = false)
        safe_load_file(path)
      rescue StandardError
        default
      end
    end

    # Digests by name.
    module Checksums
      %w[md5 sha1 sha256 sha384 sha512].each do |name|
        define_method(name) { |text| digest(name).hexdigest(text) }
        define_method("#{name}_file") { |path| digest(name).file(path).hexdigest }
        module_function name, "#{name}_file"
      end

      def digest(name)
        require 'digest'
        Digest.const_get(name.upcase)
      end
      module_function :digest
    end
  end
end
