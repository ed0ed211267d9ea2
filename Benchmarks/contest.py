"""Several commands that end the same kind of tree, in turn, and the table that compares them."""

import shutil
import statistics

import common
from common import program, run_timed, shown

PSUTIL, INSIDE = "psutil", "psutil, once imported"
FLOOR, KERNEL = "C: killtree", "C: cgroup.kill"


class Command:
    """One way to end a tree; {root} in its words is the root's number."""

    def __init__(self, name, words, reaper=False, tree=True):
        self.name, self.words, self.reaper, self.tree = name, words, reaper, tree

    def for_tree(self, root):
        return [word.replace("{root}", root or "") for word in self.words]


class Compared:
    """A column: what a row takes compared with another, or the other way round, and the goal."""

    def __init__(self, head, baseline, key, sooner=False, goal=None):
        self.head, self.baseline, self.key = head, baseline, key
        self.sooner, self.goal = sooner, goal
        self.when = "done" if key == "wall_us" else "gone"

    def value(self, contest, name):
        """The median of the ratios within each turn."""
        pairs = list(zip(contest.figures(name, self.key), contest.figures(self.baseline, self.key)))
        if not pairs or name == self.baseline:
            return None
        return statistics.median(b / a if self.sooner else a / b for a, b in pairs)

    def of_minima(self, contest, name):
        ratio = min(contest.figures(name, self.key)) / min(contest.figures(self.baseline, self.key))
        return 1 / ratio if self.sooner else ratio

    def complaint(self, contest, name):
        times = f"{self.value(contest, name):.2f} times{' sooner than' * self.sooner}"
        goal = f"goal at {'least' if self.sooner else 'most'} {self.goal}"
        minima = f" (of minima {self.of_minima(contest, name):.2f})" if contest.has_minima else ""
        return f"{contest.name}: {name}: {self.when} {times} '{self.baseline}'{minima}, {goal}"

    def missed(self, value):
        return self.goal and (value < self.goal if self.sooner else value > self.goal)


class Contest:
    """A section: a fresh tree for every run, every command in every turn."""

    has_minima = True

    def __init__(self, name, title, commands, columns, size, flags=()):
        self.name, self.title, self.commands, self.columns = name, title, commands, columns
        self.size, self.flags = size, flags
        self.rows, self.calls = [], {}

    def figures(self, name, key):
        return [row[key] for row in self.rows if row["name"] == name and key in row]

    def run_once(self, command):
        """The figures of one run, and what the recipe says about itself."""
        accepted = None if command.reaper else (0,)
        if not command.tree:
            return [{"name": command.name, **run_timed(command.words, accepted)[0]}]
        with common.workload(self.size, *self.flags) as root:
            result, said = run_timed(command.for_tree(root), accepted, tree=root)
        if result["members"] != self.size:
            raise RuntimeError(f"a tree of {self.size} had {result['members']} members")
        rows = [{"name": command.name, **result}]
        if command.name == PSUTIL:
            rows.append({"name": INSIDE, "wall_us": int(said)})
        return rows

    def run(self, options):
        for command in self.commands:
            self.run_once(command)  # warm caches; not counted
        for turn in range(options.runs):
            for command in self.commands:
                for row in self.run_once(command):
                    self.rows.append({"section": self.name, "turn": turn, **row})
        if options.counts and shutil.which("strace"):
            for command in self.commands:
                self.count_once(command)

    def count_once(self, command):
        with common.workload(self.size if command.tree else 0, *self.flags) as root:
            self.calls[command.name] = common.count_calls(command.for_tree(root))

    def names(self):
        """The order of the table: the second row of a command follows its first."""
        for command in self.commands:
            yield command.name, command.reaper
            if command.name == PSUTIL:
                yield INSIDE, False

    def report(self):
        """Prints the table; the goals that were missed."""
        columns = [c for c in self.columns if self.figures(c.baseline, c.key)]
        head = ["command", "done ms", "min", "gone ms", "min", *(c.head for c in columns), "calls"]
        cells, missed = [], []
        for name, reaper in self.names():
            line = [name]
            for key in ("wall_us", "gone_us"):
                figures = self.figures(name, key)
                median = statistics.median(figures) if figures else None
                line += [f"{median / 1000:.2f}", f"{min(figures) / 1000:.2f}"] if figures else ["", ""]
            for column in columns:
                value = column.value(self, name)
                wrong = reaper and value is not None and column.missed(value)
                line.append("" if value is None else f"{value:.2f}" + "!" * bool(wrong))
                if wrong:
                    missed.append(column.complaint(self, name))
            failed = [status for status in self.figures(name, "status") if status] if reaper else []
            if failed:
                missed.append(f"{self.name}: {name}: {len(failed)} runs ended with status {failed[0]}")
            cells.append([*line, str(self.calls.get(name) or "")])
        print(self.title)
        common.print_table(head, cells)
        print()
        return missed

    def described(self):
        return {command.name: " ".join(shown(command.words)) for command in self.commands}

    def raw(self):
        counts = ({"section": self.name, "name": k, "calls": v} for k, v in self.calls.items())
        return [*self.rows, *counts]


def ways(options, grace=10.0, asked=True):
    """The commands that end a tree given by its root; those that are not installed are left out."""
    seconds, milliseconds = f"{grace:g}", str(int(grace * 1000))
    clean = [options.reaper, "clean", "--timeout", f"{milliseconds}ms", "--pid", "{root}"]
    if asked and grace == 10:
        clean = [options.reaper, "clean", "--pid", "{root}"]
    list_ = [Command("reaper clean", clean, reaper=True)]
    if asked:
        force = [options.reaper, "clean", "--force", "--pid", "{root}"]
        list_.append(Command("reaper clean --force", force, reaper=True))
    list_.append(Command(FLOOR, [program("killtree"), "tree", milliseconds, "{root}"]))
    if asked:
        list_.append(Command(FLOOR + ", KILL", [program("killtree"), "tree", "0", "{root}"]))
    if options.recipe:
        list_.append(Command(PSUTIL, [*options.recipe, "{root}", seconds]))
    if asked and shutil.which("pkill"):
        list_.append(Command("pkill -g", ["pkill", "-TERM", "-g", "{root}"]))
    if asked and shutil.which("kill"):
        list_.append(Command("kill -- -GROUP", ["kill", "-TERM", "--", "-{root}"]))
    return list_
