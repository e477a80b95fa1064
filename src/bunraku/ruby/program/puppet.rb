# frozen_string_literal: true

# The part of Puppet's Ruby interface that functions and templates of modules lean on, written over `Conversation`.

module Puppet
  PUPPETVERSION = '7.23.0'

  class Error < RuntimeError
    attr_accessor :original

    def initialize(message = nil, original = nil)
      super(message)
      @original = original
    end
  end

  # What a module raises about the code that called it. The place is bunraku's to tell.
  class ParseError < Error
    def initialize(message = nil, _file = nil, _line = nil, _position = nil, original = nil)
      super(message, original)
    end
  end

  class DevError < Error; end
  class ResourceError < Error; end
  class SettingsError < Error; end
  class MissingCommand < Error; end
  class ExecutionFailure < Error; end

  # Log messages: at the calling scope where there is one.
  module Util
    module Logging
      LEVELS = %i[debug info notice warning err alert emerg crit].freeze

      LEVELS.each do |level|
        define_method(level) { |*message| Conversation.ask('log', level: level.to_s, message: message.join(' ')) }
      end

      def warn(*message)
        warning(*message)
      end

      def deprecation_warning(message, *)
        warning(message)
      end

      def puppet_deprecation_warning(message, *)
        warning(message)
      end

      def warn_once(_kind, key, message, *)
        @warned ||= {}
        warning(message) unless @warned[key]
        @warned[key] = true
      end

      def log_exception(exception, message = nil, *)
        err(message.is_a?(String) ? message : exception.message)
      end
    end
  end

  extend Util::Logging

  class << self
    attr_accessor :environment_name

    def version
      PUPPETVERSION
    end

    def [](setting)
      settings[setting]
    end

    def settings
      Settings
    end

    def features
      Features
    end

    def run_mode
      RunMode
    end

    def lookup(name)
      case name
      when :current_environment, :root_environment then Environment.new
      when :global_scope then Parser::Scope.new
      when :current_node then Parser::Node.new
      else raise Error, "bunraku's Ruby worker cannot look up #{name.inspect}"
      end
    end

    def const_missing(name)
      return Anything.constant(self, name) if defined?(Anything) && Anything.welcomed?

      super
    end
  end

  # `Puppet[:vardir]`.
  module Settings
    def self.[](name)
      Conversation.ask('setting', name: name.to_s)
    end

    def self.value(name, *)
      self[name]
    end
  end

  # `Puppet.features.root?`.
  module Features
    def self.root?
      Process.uid.zero?
    end

    def self.posix?
      true
    end

    def self.method_missing(_name, *)
      false
    end

    def self.respond_to_missing?(_name, _private = false)
      true
    end
  end

  # bunraku compiles where it applies: neither master nor agent.
  module RunMode
    def self.server?
      true
    end
    singleton_class.alias_method :master?, :server?

    def self.agent?
      false
    end

    def self.name
      :server
    end
  end

  # Where modules and their files are; keeps `require 'puppet/...'` from reaching libraries that are not there, or
  # that are there and would replace this interface.
  module Loading
    OURS = %w[puppet facter hiera].freeze

    class << self
      attr_reader :modules

      def modules=(modules)
        @modules = modules
        @lib_folders = modules.values.map { |path| "#{path}/lib" }.select { |path| File.directory?(path) }
        $LOAD_PATH.unshift(*(@lib_folders - $LOAD_PATH))
      end

      def ours?(name)
        OURS.any? { |prefix| name == prefix || name.start_with?("#{prefix}/") }
      end

      # The file of a module that `require name` means, or nil.
      def find(name)
        file = name.end_with?('.rb') ? name : "#{name}.rb"
        @lib_folders&.map { |folder| "#{folder}/#{file}" }&.find { |path| File.file?(path) }
      end

      # Whether there are more gems than there were.
      def load_gems
        require_without_modules('rubygems')
      end

      # What `autoloader` and `loader` are asked by old functions: loading happens when a function is called.
      def load(*)
        true
      end
      alias loadall load
      alias loaded? load
      alias private_loader itself
    end
  end

  # The environment, as far as functions ask: its name, and modules by name.
  class Environment
    def name
      Puppet.environment_name.to_sym
    end

    def to_s
      Puppet.environment_name
    end

    def modules
      Loading.modules.map { |name, path| Module.new(name, path) }
    end

    def module(name)
      Module.find(name)
    end

    def module_by_forge_name(name)
      Module.find(name.split('/').last)
    end
  end

  # A module: its name and folder.
  class Module
    attr_reader :name, :path

    def self.find(name, _environment = nil)
      path = Loading.modules[name.to_s]
      path && new(name.to_s, path)
    end

    def initialize(name, path)
      @name = name
      @path = path
    end

    def template(file)
      existing('templates', file)
    end

    def file(file)
      existing('files', file)
    end

    def metadata
      file = "#{path}/metadata.json"
      File.file?(file) ? JSON.parse(File.read(file, encoding: 'utf-8')) : {}
    end

    def version
      metadata['version']
    end

    private

    def existing(folder, file)
      found = "#{path}/#{folder}/#{file}"
      File.exist?(found) ? found : nil
    end
  end

  # A reference, as functions of the 3.x interface see it.
  class Resource
    # One parameter of a resource.
    class Parameter
      attr_reader :name, :value

      def initialize(resource, name, value)
        @resource = resource
        @name = name
        @value = value
      end

      def value=(value)
        @value = @resource[name] = value
      end
    end

    attr_reader :type, :title

    def initialize(type, title = nil, **)
      type, title = type.to_s.match(/\A([^\[]+)\[(.*)\]\z/m).captures if title.nil? && type.to_s.include?('[')
      @type = type.to_s.split('::').map { |part| part[0].upcase + part[1..] }.join('::')
      @title = title
    end

    def self.type_and_title(type, title)
      resource = new(type, title)
      [resource.type, resource.title]
    end

    def to_s
      "#{type}[#{title}]"
    end
    alias ref to_s

    def name
      self['name'] || title
    end

    def [](parameter)
      details = Conversation.ask('resource', type: type, title: title)
      details && details[parameter.to_s]
    end

    def []=(parameter, value)
      Conversation.ask('set_parameter', type: type, title: title, name: parameter.to_s, value: value)
    end

    # Each by its name as a symbol. A value that is set there is the resource's.
    def parameters
      details = Conversation.ask('resource', type: type, title: title) || {}
      details.to_h { |name, value| [name.to_sym, Parameter.new(self, name.to_sym, value)] }
    end

    def ==(other)
      other.is_a?(Resource) && to_s == other.to_s
    end

    def to_wire
      { Values::TAG => 'resource', 'type_name' => type, 'title' => title }
    end
  end

  # Contents of files, as functions read them.
  module FileSystem
    class << self
      def exist?(path)
        File.exist?(path)
      end

      def read(path, encoding: 'utf-8')
        File.read(path, encoding: encoding)
      end

      def read_preserve_line_endings(path)
        File.read(path, mode: 'rb', encoding: 'utf-8')
      end

      def file?(path)
        File.file?(path)
      end

      def directory?(path)
        File.directory?(path)
      end

      def basename_string(path)
        File.basename(path)
      end
    end
  end
end

require_relative 'puppet_util'
require_relative 'puppet_types'
require_relative 'puppet_scope'

# Old modules ask `Facter.value(:kernel)` for what the scope knows.
module Facter
  def self.value(name)
    Conversation.ask('lookup', name: "facts.#{name}")
  end

  def self.[](name)
    value(name)
  end
end

# Gems cost most of Ruby's start. Versions, which modules compare, are there without them; the rest comes on first need.
module Gem
  autoload :Version, 'rubygems/version'
  autoload :Requirement, 'rubygems/requirement'

  class << self
    def const_missing(name)
      Puppet::Loading.load_gems ? const_get(name) : super
    end

    def method_missing(name, ...)
      Puppet::Loading.load_gems ? public_send(name, ...) : super
    end

    def respond_to_missing?(name, private = false)
      Puppet::Loading.load_gems && respond_to?(name, private)
    end
  end
end

module Kernel
  alias require_without_modules require
  private :require_without_modules

  def require(name)
    if Puppet::Loading.ours?(name.to_s)
      file = Puppet::Loading.find(name.to_s)
      return file ? require_without_modules(file) : false
    end

    begin
      require_without_modules(name)
    rescue LoadError
      # It may be a gem's: with them, this method is theirs.
      Puppet::Loading.load_gems ? require(name) : raise
    end
  end
  private :require

  # Translations: Puppet's sources and its modules wrap messages in `_`.
  def _(message)
    message
  end

  def n_(singular, plural, count)
    count == 1 ? singular : plural
  end
end
