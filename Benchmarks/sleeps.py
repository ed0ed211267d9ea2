"""Looks for time that a command only lets pass: calls that sleep, and waits that ran out."""

import re
import shutil

import common
from contest import ways

SLEEPS = ("nanosleep", "clock_nanosleep", "select", "pselect6")
WAITS = ("poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2")
CALL = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)(?: resumed>)?\(?(.*) = (-?\d+|\?)(.*?)<([\d.]+)>$")


def sleeping(name, arguments):
    """A call that only waits for time to pass: it names no descriptor."""
    return name in SLEEPS or (name in WAITS[:2] and re.match(r"(NULL|\[\]|0x\w+, 0),", arguments))


def judge(lines):
    """The sleeps and the waits that ran out in a trace, each with its seconds."""
    found = []
    for line in lines:
        match = CALL.match(line.strip())
        if not match:
            continue
        name, arguments, result, _, seconds = match.groups()
        if sleeping(name, arguments) and not re.search(r", 0\)?\s*$", arguments):
            found.append({"sleep": name, "seconds": float(seconds), "call": line.strip()})
        # Under a tenth of a millisecond it was a look, not a wait.
        elif name in WAITS and result == "0" and float(seconds) > 0.0001:
            found.append({"ran_out": name, "seconds": float(seconds), "call": line.strip()})
    return found


def look(options):
    """Traces cleans: of a tree that obeys, of one that is killed at once, of one that ignores SIGTERM."""
    if not shutil.which("strace"):
        return [], []
    raw, missed = [], []
    print("sleeps: calls that sleep, and waits for something that ran out")
    obeying, forced = ways(options)[:2]
    stubborn = ways(options, options.grace, asked=False)[0]
    for kind, flags, command in (
        ("obeys", [], obeying),
        ("is killed at once", [], forced),
        ("ignores SIGTERM", ["-i"], stubborn),
    ):
        with common.workload(options.others), common.workload(options.tree, *flags) as root:
            names = ",".join(("trace=" + SLEEPS[0], *SLEEPS[1:], *WAITS))
            found = judge(common.trace(["-T", "-e", names], command.for_tree(root)))
        slept = [entry for entry in found if "sleep" in entry]
        ran_out = [entry for entry in found if "ran_out" in entry]
        total = sum(entry["seconds"] for entry in ran_out) * 1000
        print(f"  the tree {kind}: {len(slept)} sleeps, {len(ran_out)} waits ran out ({total:.1f} ms)")
        for entry in found:
            print("   ", entry["call"])
        if slept:
            missed.append(f"sleeps: {len(slept)} in the clean of a tree that {kind}, goal none")
        # Who goes is waited for, and nothing but that may take time.
        if ran_out and not flags:
            missed.append(f"sleeps: {len(ran_out)} waits ran out in the clean of a tree that {kind}, goal none")
        raw += [{"section": "sleeps", "tree": kind, **entry} for entry in found]
    print()
    return raw, missed
