"""Fails a pytest session that leaves processes or ports behind.

Copy it next to the tests, or into the conftest.py that is there. The same command line is then run again
below `reaper run`, which sees whatever the tests start, in any session or environment.
A session that passes and leaves something exits 23; one that fails keeps its own status.
"""

import os
import shutil
import sys

import pytest

UNDER = "PYTEST_UNDER_REAPER"


def pytest_addoption(parser):
    group = parser.getgroup("reaper")
    group.addoption("--no-leak-check", action="store_true", help="do not look for what the tests leave")
    group.addoption("--leak-settle", default="5s", help="how long what is left may take to end by itself [5s]")
    group.addoption("--leak-junit", metavar="FILE", help="a JUnit report of what is left")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    option = config.option
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist: the session itself is watched
    listing = option.collectonly or option.help or option.version
    if is_worker or listing or option.no_leak_check or os.environ.pop(UNDER, None) == str(os.getppid()):
        return
    reaper = shutil.which("reaper")
    if reaper is None:
        raise pytest.UsageError("reaper is not installed: --no-leak-check runs the tests without it")
    command = [reaper, "run", "--settle", option.leak_settle]
    if option.leak_junit:
        command += ["--report", f"junit={option.leak_junit}"]
    command += ["--", sys.executable, *sys.orig_argv[1:]]  # whoever started pytest, and with which options
    # reaper takes this process's place and number, and everything starts again as its child.
    os.environ[UNDER] = str(os.getpid())
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(config.invocation_params.dir)
    os.execv(reaper, command)
