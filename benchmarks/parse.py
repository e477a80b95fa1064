"""Parsing and checking manifests and templates, beside the reference's parser; and reading programs out of the cache.

    benchmarks/parse.py [PATH…]     files and folders of *.pp and *.epp (default: modules/)

Both parse the same files in processes of their own, in turn; the time is that of parsing alone, without start-up.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pair import PUPPET, ROOT, need

ROUNDS = 7
TIMES = 3
"""How often each process parses everything after one warm-up; it answers with the quickest."""

_REFERENCE = """
require 'json'
require 'puppet'
require 'puppet/pops'
require 'tmpdir'
Puppet.initialize_settings(['--confdir', Dir.tmpdir, '--vardir', Dir.tmpdir])
sources, times = JSON.parse($stdin.read)
environment = Puppet::Node::Environment.create(:production, [])
Puppet.override(current_environment: environment, loaders: Puppet::Pops::Loaders.new(environment)) do
  plain = Puppet::Pops::Parser::EvaluatingParser.new
  template = Puppet::Pops::Parser::EvaluatingParser::EvaluatingEppParser.new
  taken = (0..times).map do
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    sources.each { |text, epp| (epp ? template : plain).parse_string(text) }
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - start
  end
  puts taken.drop(1).min
end
"""


def sources(paths: list[str]) -> list[tuple[str, bool]]:
    """The text of each file that both parsers accept, and whether it is a template."""
    from bunraku import CompileError
    from bunraku.language.parser import parse, parse_epp

    found = []
    for root in map(Path, paths):
        for path in sorted(root.rglob("*pp")) if root.is_dir() else [root]:
            if path.suffix not in (".pp", ".epp") or not path.is_file():
                continue
            text, epp = path.read_text(encoding="utf-8"), path.suffix == ".epp"
            try:
                (parse_epp if epp else parse)(text)
            except CompileError as error:
                print(f"left out: {path}: {error}", file=sys.stderr)
            else:
                found.append((text, epp))
    return found


def ours(texts: list[tuple[str, bool]], times: int) -> tuple[float, float]:
    """Seconds to parse all, and to read all out of the cache."""
    from bunraku.language.cache import dump, load
    from bunraku.language.parser import parse, parse_epp

    kept = [dump((parse_epp if epp else parse)(text)) for text, epp in texts]
    parsing, reading = [], []
    for _ in range(times):
        start = time.perf_counter()
        for text, epp in texts:
            (parse_epp if epp else parse)(text)
        parsing.append(time.perf_counter() - start)
        start = time.perf_counter()
        for content in kept:
            load(content)
        reading.append(time.perf_counter() - start)
    return min(parsing), min(reading)


def child(command: list[str], texts: list[tuple[str, bool]]) -> list[float]:
    """The numbers that a process prints when it is given the texts."""
    question = json.dumps([texts, TIMES])
    done = subprocess.run(command, input=question, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [float(number) for number in done.stdout.split()]


def main(paths: list[str]) -> None:
    need(PUPPET, "puppet-agent")
    texts = sources(paths or [str(ROOT / "modules")])
    megabytes = sum(len(text) for text, _ in texts) / 1e6
    figures: dict[str, list[float]] = {"reference": [], "parse": [], "cache": []}
    for _ in range(ROUNDS):
        figures["reference"] += child(["ruby", "-e", _REFERENCE], texts)
        parsing, reading = child([sys.executable, __file__, "--child"], texts)
        figures["parse"].append(parsing)
        figures["cache"].append(reading)
    medians = {name: statistics.median(values) for name, values in figures.items()}
    print(f"{len(texts)} files, {megabytes:.2f} MB, medians of {ROUNDS} rounds")
    for name, words in (("reference", "reference"), ("parse", "bunraku, cold"), ("cache", "bunraku, from the cache")):
        seconds = medians[name]
        ratio = medians["reference"] / seconds
        print(f"{words:<24} {seconds * 1000:9.1f} ms {megabytes / seconds:7.2f} MB/s {ratio:6.1f}x")


if __name__ == "__main__":
    if sys.argv[1:] == ["--child"]:
        print(*ours(*json.load(sys.stdin)))
    else:
        main(sys.argv[1:])
