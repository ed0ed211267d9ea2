"""Ends a process tree with psutil, as its documentation advises: psutil_tree.py PID GRACE_SECONDS

All of the tree are listed, each is asked to terminate, what is left after the grace is killed.
The microseconds that this took, without the interpreter's start and the import, go to stderr.
"""

import sys
import time

import psutil


def end_tree(pid, grace):
    root = psutil.Process(pid)
    tree = root.children(recursive=True) + [root]
    for process in tree:
        try:
            process.terminate()
        except psutil.NoSuchProcess:
            pass
    _, alive = psutil.wait_procs(tree, timeout=grace)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    _, alive = psutil.wait_procs(alive, timeout=10)
    return alive


before = time.monotonic_ns()
left = end_tree(int(sys.argv[1]), float(sys.argv[2]))
print((time.monotonic_ns() - before) // 1000, file=sys.stderr)
sys.exit(1 if left else 0)
