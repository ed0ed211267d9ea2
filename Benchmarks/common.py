"""What the benchmarks share: C programs, namespaces, the timed runner, tables, the results file."""

import argparse
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
BUILT = os.path.join(ROOT, ".build", "benchmarks")
UNSHARE = ["unshare", "-p", "-f", "-m", "-n", "--mount-proc", "--kill-child"]


def program(name):
    return os.path.join(BUILT, name)


def build(*programs):
    """Each of FILE, linked statically, or FILE-dynamic, as C programs mostly are."""
    os.makedirs(BUILT, exist_ok=True)
    for name in programs:
        source = os.path.join(HERE, name.removesuffix("-dynamic") + ".c")
        flags = [] if name.endswith("-dynamic") else ["-static"]
        fresh = f"{program(name)}.{os.getpid()}"
        try:
            subprocess.run(["cc", "-O2", *flags, "-o", fresh, source], check=True)
            os.replace(fresh, program(name))  # another run may be using it
        except FileNotFoundError:
            sys.exit("no C compiler: 'cc' is not installed")
        except subprocess.CalledProcessError:
            sys.exit(f"{shown([source])[0]} does not compile; a static C library is needed, too")


def shown(words):
    """A command line without the place where this repository happens to lie."""
    return [os.path.relpath(word, ROOT) if word.startswith(ROOT) else word for word in words]


def parser(description, runs):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=runs, help="how many turns")
    parser.add_argument("--reaper", default=os.path.join(ROOT, ".build", "release", "reaper"))
    parser.add_argument("--results", default=os.path.join(HERE, "results"))
    parser.add_argument("--no-counts", dest="counts", action="store_false", help="time only")
    parser.add_argument("--note", action="append", default=[], help="kept with the results")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser


def start(parser, measure, *programs, alone=True):
    """Builds and measures; `alone` in namespaces of its own, where that is allowed."""
    options = parser.parse_args()
    options.reaper = os.path.abspath(options.reaper)
    options.command = options.inside or " ".join(
        [*shown([os.path.abspath(sys.argv[0])]), *shown(sys.argv[1:])]
    )
    if not os.access(options.reaper, os.X_OK):
        sys.exit(f"{options.reaper} is not there: build it first, see Benchmarks/README.md")
    if not options.inside:
        build("timed", "workload", *programs)
        if alone and os.geteuid() == 0:
            inside = [sys.executable, *sys.argv, "--inside", options.command]
            try:
                os.execvp(UNSHARE[0], [*UNSHARE, *inside])
            except FileNotFoundError:
                sys.exit("no namespaces: 'unshare' (util-linux) is not installed")
        among = f"measured among the machine's {process_count()} other processes"
        options.note.append(among if os.geteuid() == 0 else f"not root: {among}")
    # The first process of a namespace gets no signal that it does not handle.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    sys.exit(measure(options))


@contextlib.contextmanager
def workload(count, *flags):
    """A tree of processes; gives the number of its root, and ends all of it in the end."""
    if count == 0:
        yield None
        return
    process = subprocess.Popen(
        [program("workload"), *flags, str(count), "4", "1800"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        words = process.stdout.readline().split()
        if words[:1] != ["ready"]:
            sys.exit(f"{count} processes did not start: is there a limit on them (ulimit -u)?")
        yield words[2]
    finally:
        # The end of its standard input is its order to end everything.
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=60)
        except BaseException:
            process.kill()
            raise


def process_count():
    return sum(name.isdigit() for name in os.listdir("/proc"))


def run_timed(words, accepted, tree=None):
    """One run: its figures, and what it said as an error; with a tree, when that was gone."""
    watched = ["-t", tree] if tree else []
    done = subprocess.run([program("timed"), *watched, *words], capture_output=True, text=True)
    figures = list(map(int, done.stdout.split()))
    command = " ".join(shown(words))
    if len(figures) < 5:
        sys.exit(f"'{command}' was not measured: {done.stderr.strip() or done.returncode}")
    keys = ("wall_us", "cpu_us", "peak_kib", "faults", "status", "gone_us", "members")
    result = dict(zip(keys, figures))
    if accepted is not None and result["status"] not in accepted:
        sys.exit(f"'{command}' ended with status {result['status']}: {done.stderr.strip()}")
    if result.get("gone_us", 0) < 0:
        sys.exit(f"'{command}' ended with status {result['status']} and left processes of the tree")
    return result, done.stderr


def trace(options, words):
    """The lines that strace writes about one run."""
    with tempfile.NamedTemporaryFile("r") as file:
        subprocess.run(
            ["strace", "-f", *options, "-o", file.name, *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return file.readlines()


def count_calls(words):
    """System calls of one run."""
    for line in trace(["-c", "-U", "calls,name"], words):
        if line.split()[-1:] == ["total"]:
            return int(line.split()[0])
    return None


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


def print_table(head, cells):
    widths = [max(len(line[i]) for line in [head] + cells) for i in range(len(head))]
    for line in [head] + cells:
        left = [line[0].ljust(widths[0])]
        row = left + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("  ".join(row).rstrip())


def finish(kind, options, header, rows, notes, missed):
    """Writes every figure, prints notes and missed goals, and gives the exit status."""
    header = {"command": options.command, "runs": options.runs, "machine": machine(), **header}
    os.makedirs(options.results, exist_ok=True)
    name = time.strftime(f"{kind}-%Y%m%dT%H%M%SZ.jsonl", time.gmtime())
    path = os.path.join(options.results, name)
    with open(path, "w") as file:
        for line in [{**header, "notes": notes, "missed": missed}, *rows]:
            file.write(json.dumps(line) + "\n")
    for note in notes:
        print("note:", note)
    for text in missed:
        print("missed:", text)
    print("raw:", os.path.relpath(path))
    return 1 if missed else 0
