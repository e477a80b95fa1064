"""Compiling catalogs, beside the reference's compiler: generated manifests, and manifests of real modules.

    benchmarks/compile.py                                       2,000 and 10,000 generated resources
    benchmarks/compile.py --modulepath A:B [--facts F] SITE.pp…  these too

The two compile in turn, in processes of their own, which tell how long the compilation took without start-up (the
quickest of a few for each process, its catalog made anew each time; ours reads parsed programs out of the disk cache)
and the peak memory of a process that compiles once.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pair import PUPPET, ROOT, need

ROUNDS = 5
TIMES = 3
"""How often a process compiles each manifest."""

_REFERENCE = """
require 'json'
require 'puppet'
require 'tmpdir'
manifest, modulepath, facts, times = JSON.parse($stdin.read)
base = Dir.mktmpdir
at_exit { FileUtils.remove_entry(base) }
hiera = "#{base}/hiera.yaml"
File.write(hiera, "---\\nversion: 5\\nhierarchy: []\\n")
Puppet.initialize_settings(["--confdir=#{base}/conf", "--vardir=#{base}/var", '--certname=web1.example.com',
                            "--hiera_config=#{hiera}"])
require 'puppet/indirector/catalog/compiler'
Puppet::Util::Log.level = :crit
Puppet::Resource::Catalog.indirection.terminus_class = :compiler
taken = (1..times).map do
  GC.start
  start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  environment = Puppet::Node::Environment.create(:production, modulepath, manifest)
  node = Puppet::Node.new('web1.example.com', facts: Puppet::Node::Facts.new('web1.example.com', facts.dup),
                                              environment: environment)
  node.merge(node.facts.values)
  catalog = Puppet.override(environments: Puppet::Environments::Static.new(environment),
                            current_environment: environment, loaders: Puppet::Pops::Loaders.new(environment),
                            trusted_information: Puppet::Context::TrustedInformation.new('remote', node.name, {}),
                            rich_data: true) do
    Puppet::Resource::Catalog.indirection.find(node.name, use_node: node).to_data_hash
  end
  $size = catalog['resources'].size
  Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
end
memory = File.read('/proc/self/status')[/VmHWM:\\s+(\\d+)/, 1].to_i / 1024.0
puts JSON.generate([taken.min, $size, memory])
"""

FACTS = {
    "kernel": "Linux",
    "os": {"name": "Debian", "family": "Debian", "release": {"full": "12.0", "major": "12"}},
    "networking": {"hostname": "web1", "fqdn": "web1.example.com", "ip": "10.0.0.1"},
}


def generated(resources: int) -> str:
    """A manifest of about that many resources: files and a define with parameters, conditions and relationships."""
    lines = [
        "class base { file { '/etc/site': ensure => directory } }",
        "include base",
        "define site(Integer $port, String $owner = 'root', Array[String] $names = []) {",
        '  file { "/etc/site/${title}.conf":',
        "    ensure  => file, owner => $owner, mode => '0644',",
        "    content => \"port=${port}\\nnames=${names.join(',')}\\n\",",
        "    require => File['/etc/site'],",
        "  }",
        "  if $port > 8000 {",
        "    notify { \"high ${title}\": message => \"port ${port} of ${facts['os']['name']}\" }",
        "  } else {",
        '    exec { "low ${title}":',
        '      command => "/bin/true ${port}", refreshonly => true, subscribe => File["/etc/site/${title}.conf"],',
        "    }",
        "  }",
        "}",
    ]
    for i in range(resources // 4):
        lines += [
            f"site {{ 's{i}': port => {7000 + i % 2000}, names => ['a{i}', 'b{i}'] }}",
            f"file {{ '/srv/f{i}':",
            "  ensure  => file, owner => 'root', group => 'root', mode => '0640',",
            f"  content => \"{i} ${{facts['networking']['hostname']}}\", tag => ['t{i % 10}'],",
            "}",
        ]
    return "\n".join(lines) + "\n"


def ours(manifest: str, modulepath: list[str], facts: dict[str, object], times: int) -> tuple[float, int, float]:
    """Seconds of the quickest compilation, its resources, and the process's peak memory in MiB."""
    import bunraku

    taken = []
    for _ in range(times):
        start = time.perf_counter()
        result = bunraku.compile(Path(manifest), facts=facts, modulepath=modulepath, certname="web1.example.com")
        size = len(result.to_dict()["resources"])
        taken.append(time.perf_counter() - start)
    return min(taken), size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(command: list[str], *question: object) -> list[float]:
    """What a process answers."""
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    answer: list[float] = json.loads(done.stdout)
    return answer


def compare(what: str, manifest: str, modulepath: list[str], facts: dict[str, object]) -> None:
    """Print a row: median seconds, peak memory and the ratios."""
    bunraku, reference = [sys.executable, __file__, "--child"], ["ruby", "-e", _REFERENCE]
    pairs = []
    for _ in range(ROUNDS):
        pairs.append([child(command, manifest, modulepath, facts, TIMES) for command in (bunraku, reference)])
    sizes = {pair[0][1] for pair in pairs} | {pair[1][1] for pair in pairs}
    if len(sizes) != 1:
        raise RuntimeError(f"{what}: the catalogs have {sizes} resources")
    seconds = [statistics.median(pair[side][0] for pair in pairs) for side in (0, 1)]
    memory = [child(command, manifest, modulepath, facts, 1)[2] for command in (bunraku, reference)]
    print(
        f"{what:<28} {int(sizes.pop()):6} resources  {seconds[0]:7.3f} s {memory[0]:5.0f} MiB   beside"
        f" {seconds[1]:7.3f} s {memory[1]:5.0f} MiB   {seconds[1] / seconds[0]:5.1f}x quicker,"
        f" {memory[0] / memory[1]:4.0%} of the memory",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modulepath", default=str(ROOT / "modules"))
    parser.add_argument("--facts")
    parser.add_argument("manifests", nargs="*")
    args = parser.parse_args()
    need(PUPPET, "puppet-agent")
    facts = json.loads(Path(args.facts).read_text()) if args.facts else FACTS
    modulepath = [str(Path(folder).resolve()) for folder in args.modulepath.split(":")]
    with tempfile.TemporaryDirectory() as folder:
        for size in (2000, 10000):
            manifest = Path(folder) / f"{size}.pp"
            manifest.write_text(generated(size))
            compare("generated", str(manifest), modulepath, facts)
    for name in args.manifests:
        compare(Path(name).name, str(Path(name).resolve()), modulepath, facts)


if __name__ == "__main__":
    if sys.argv[1:] == ["--child"]:
        print(json.dumps(ours(*json.load(sys.stdin))))
    else:
        main()
