#!/usr/bin/env python3
"""Measures what scanning costs, against the least it can cost, in one interleaved run.

    make bench                      or:  python3 Benchmarks/scan.py [--help]

It builds the C programs beside it, starts a tree of idle processes in namespaces of its own (as
root; otherwise in the open, with a note), runs every command in turn, A B C ... A B C ..., and
prints medians, minima and the ratios to the C floor. System calls and instructions are counted
apart, because counting slows a program down. Every single figure goes to Benchmarks/results/.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILT = os.path.join(ROOT, ".build", "benchmarks")
PROGRAMS = ("floor", "workload", "timed")
UNSHARE = ["unshare", "-p", "-f", "-m", "-n", "--mount-proc", "--kill-child"]


class Measured:
    """One command, what it is compared with, and the goals it has to meet."""

    def __init__(self, name, words, baseline=None, ratio=None, calls=None, instructions=None):
        self.name, self.words, self.baseline = name, words, baseline
        self.ratio, self.calls, self.instructions = ratio, calls, instructions


def commands(options):
    floor = os.path.join(BUILT, "floor")
    scan = [options.reaper, "scan", "--no-default-rules"]
    every_fact = ["--exe", "/**", "--cwd", "/**", "--command", "nothing-matches-this"]
    list_ = [
        Measured("C: start", [floor + "-dynamic", "nop"]),
        Measured("C: start, static", [floor, "nop"], "C: start"),
        Measured("reaper --version", [options.reaper, "--version"], "C: start", ratio=2),
        Measured("C: stat", [floor, "stat"]),
        Measured("reaper: stat", scan + ["--zombies"], "C: stat", 1.15, 3.1, 10_000),
        Measured("C: facts", [floor, "facts"]),
        Measured("reaper: facts", scan + every_fact, "C: facts", 1.15, 8.1, 15_000),
        Measured("reaper: every rule", [options.reaper, "scan"], "C: facts"),
        Measured("reaper: a free port", scan + ["--ports", "1"], "C: stat"),
    ]
    if shutil.which("ps"):
        list_.append(Measured("ps", ["ps", "-eo", "pid,ppid,stat,args"], "C: facts"))
    if shutil.which("pgrep"):
        list_.append(Measured("pgrep", ["pgrep", "-f", "nothing-matches-this"], "C: facts"))
    return list_


def build():
    os.makedirs(BUILT, exist_ok=True)
    for name, flags, output in [(name, ["-static"], name) for name in PROGRAMS] + [
        ("floor", [], "floor-dynamic")
    ]:
        source = os.path.join(HERE, name + ".c")
        target = os.path.join(BUILT, output)
        subprocess.run(["cc", "-O2", *flags, "-o", target, source], check=True)


def start_workload(options):
    workload = subprocess.Popen(
        [os.path.join(BUILT, "workload"), str(options.processes), "4", "1800"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if not workload.stdout.readline().startswith("ready"):
        sys.exit("the workload did not start: is there a limit on processes (ulimit -u)?")
    return workload


def process_count():
    return sum(name.isdigit() for name in os.listdir("/proc"))


def run_once(command):
    line = subprocess.run(
        [os.path.join(BUILT, "timed"), *command.words], capture_output=True, text=True, check=True
    ).stdout
    wall, cpu, peak, faults, status = map(int, line.split())
    if status not in (0, 1, 3):
        sys.exit(f"'{' '.join(shown(command.words))}' ended with status {status}")
    return {"wall_us": wall, "cpu_us": cpu, "peak_kib": peak, "faults": faults, "status": status}


def count_calls(command):
    """System calls of one run."""
    with tempfile.NamedTemporaryFile("r") as table:
        subprocess.run(
            ["strace", "-f", "-c", "-U", "calls,name", "-o", table.name, *command.words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for line in table:
            if line.split()[-1:] == ["total"]:
                return int(line.split()[0])
    return None


def count_instructions(command):
    """Instructions of one run outside the kernel."""
    result = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command.words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in result.stderr.splitlines():
        if "Collected :" in line:
            return int(line.split(":")[1])
    return None


def shown(words):
    """A command line without the place where this repository happens to lie."""
    return [os.path.relpath(word, ROOT) if word.startswith(ROOT) else word for word in words]


def machine():
    model = "unknown"
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as lines:
        memory = int(lines.readline().split()[1]) // 1024
    return {
        "kernel": platform.release(),
        "processor": model,
        "processors": os.cpu_count(),
        "memory_mib": memory,
        "load": os.getloadavg()[0],
    }


def row(command, rows, counts, options):
    """One line of the table: what it costs, and whether that is what it may cost."""
    walls = {c: [r["wall_us"] for r in rows if r["name"] == c] for c in (command.name, command.baseline)}
    mine = walls[command.name]
    peak = statistics.median(r["peak_kib"] for r in rows if r["name"] == command.name)
    cells = [command.name, f"{statistics.median(mine) / 1000:.2f}", f"{min(mine) / 1000:.2f}"]
    missed = []
    if command.baseline:
        base = walls[command.baseline]
        ratio = statistics.median(a / b for a, b in zip(mine, base))
        cells += [f"{ratio:.2f}", f"{min(mine) / min(base):.2f}", command.baseline]
        if command.ratio and ratio > command.ratio:
            missed.append(f"{command.name}: {ratio:.2f} times '{command.baseline}', goal {command.ratio}")
    else:
        cells += ["", "", ""]
    count = counts.get(command.name, {})
    for key, goal in (("calls", command.calls), ("instructions", command.instructions)):
        per = count.get(key + "_per_process")
        cells.append("" if per is None else f"{per:.2f}" if key == "calls" else f"{per:.0f}")
        if goal and per is not None and per > goal:
            missed.append(f"{command.name}: {per:.2f} {key} for each process, goal {goal}")
    return cells + [f"{peak / 1024:.1f}"], missed


def print_table(cells):
    head = ["command", "median ms", "min ms", "ratio", "of minima", "to", "calls", "instr.", "peak MiB"]
    widths = [max(len(line[i]) for line in [head] + cells) for i in range(len(head))]
    for line in [head] + cells:
        left = [line[0].ljust(widths[0])]
        print("  ".join(left + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]))


def measure(options):
    notes = list(options.note)
    for tool, what in (("strace", "system calls"), ("valgrind", "instructions")):
        if options.counts and not shutil.which(tool):
            notes.append(f"{what} not counted: {tool} is not installed")
    workload = start_workload(options)
    try:
        seen = process_count()
        list_ = commands(options)
        for command in list_:
            run_once(command)  # warm caches; not counted
        rows = []
        for turn in range(options.runs):
            for command in list_:
                rows.append({"turn": turn, "name": command.name, **run_once(command)})
        counts = {}
        for command in list_ if options.counts else []:
            # What starting costs is included in both. The command sees itself, and strace.
            entry = counts.setdefault(command.name, {})
            if shutil.which("strace") and (calls := count_calls(command)):
                entry.update(calls=calls, calls_per_process=calls / (seen + 2))
            if shutil.which("valgrind") and (total := count_instructions(command)):
                entry.update(instructions=total, instructions_per_process=total / (seen + 1))
    finally:
        workload.stdin.close()
        workload.wait(timeout=60)
    header = {
        "command": options.command,
        "processes": seen,
        "runs": options.runs,
        "machine": machine(),
        "notes": notes,
        "commands": {c.name: " ".join(shown(c.words)) for c in list_},
    }
    os.makedirs(options.results, exist_ok=True)
    name = time.strftime("scan-%Y%m%dT%H%M%SZ.jsonl", time.gmtime())
    path = os.path.join(options.results, name)
    with open(path, "w") as file:
        for line in [header, *rows, *({"name": k, **v} for k, v in counts.items())]:
            file.write(json.dumps(line) + "\n")
    print(f"{seen} processes, {options.runs} turns of {len(list_)} commands")
    cells, missed = zip(*(row(command, rows, counts, options) for command in list_))
    print_table(list(cells))
    for note in notes:
        print("note:", note)
    for text in sum(missed, []):
        print("missed:", text)
    print("raw:", os.path.relpath(path))
    return 1 if any(missed) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--processes", type=int, default=1000, help="size of the workload")
    parser.add_argument("--runs", type=int, default=21, help="how many turns")
    parser.add_argument("--reaper", default=os.path.join(ROOT, ".build", "release", "reaper"))
    parser.add_argument("--results", default=os.path.join(HERE, "results"))
    parser.add_argument("--no-counts", dest="counts", action="store_false", help="time only")
    parser.add_argument("--note", action="append", default=[], help="kept with the results")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.reaper = os.path.abspath(options.reaper)
    options.command = options.inside or " ".join(
        ["python3", *shown([os.path.abspath(sys.argv[0])]), *shown(sys.argv[1:])]
    )
    if not os.access(options.reaper, os.X_OK):
        sys.exit(f"{options.reaper} is not there: build it first, see Benchmarks/README.md")
    if not options.inside:
        build()
        if os.geteuid() == 0:
            inside = [sys.executable, *sys.argv, "--inside", options.command]
            os.execvp(UNSHARE[0], [*UNSHARE, *inside])
        options.note.append("not root: measured among the machine's other processes")
    sys.exit(measure(options))


if __name__ == "__main__":
    main()
