"""A kind of change of CONTRIBUTING.md, done: what its steps add to which files, read from a .steps file of this folder.

    # what is added
    change A verb.                                 the list of CONTRIBUTING.md, as it is headed there

    step 3 ledger/machine/CMakeLists.txt           number in that list, and the file that is changed
    noticed by lint                                what fails if this is left out: see Step.noticed
    before |  verbs/withdraw_application.cc        or `after |…`: a line that the file has once; or `new`: the file is made
    +  verbs/warn_provider.cc                      lines that are added

    step 1 run ./dev protos --freeze               a command instead of a file
    noticed by frozen
"""
import os
import re
from dataclasses import dataclass, field

# Commands of CONTRIBUTING.md: what they start in a tree, and the file that they write.
COMMANDS = {
    "./dev protos --freeze": (["tests/contract/frozen.py", "--freeze"], "proto/frozen.txt"),
    "./dev protos --docs": (["scripts/rpcs_page.py", "--write"], "docs/rpcs.md"),
}
STAND_FOR_A_NAME = re.compile(r"\*|\b(?:VERB|ID|KIND)\b")


class Revise(Exception):
    """The steps here, or those of CONTRIBUTING.md, do not fit the tree any more; the message says which."""


@dataclass
class Step:
    """One addition to one file, or one command."""
    change: str  # heading in CONTRIBUTING.md
    number: int  # in its list
    where: str  # in this folder, for messages
    path: str  # the file that is written
    command: str = ""
    # What fails without it. In the short part: `protoc`, `frozen`, `page`, `lint`, `compile FILE`. In the long part:
    # `configure`, `build TARGET`, `test TARGET`.
    noticed: str = ""
    place: str = ""  # before, after, new
    anchor: str = ""
    lines: list = field(default_factory=list)

    def __str__(self):
        return "%s, step %d of “%s”: %s" % (self.where, self.number, self.change, self.command or self.path)

    def revise(self, problem):
        return Revise("%s %s: revise it here, and step %d of “%s” in CONTRIBUTING.md if that has become untrue"
                      % (self, problem, self.number, self.change))


def read_steps(path):
    """The steps of a .steps file, in order."""
    change, steps = "", []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            where = "%s:%d" % (os.path.basename(path), number)
            word, _, rest = line.partition(" ")
            if line.startswith("+"):
                steps[-1].lines.append(line[1:])
            elif word == "change":
                change = rest
            elif word == "step":
                digits, _, target = rest.partition(" ")
                command = target[len("run "):] if target.startswith("run ") else ""
                steps.append(Step(change, int(digits), where, COMMANDS[command][1] if command else target, command))
            elif line.startswith("noticed by "):
                steps[-1].noticed = line[len("noticed by "):]
            elif line == "new" or line.startswith(("before |", "after |")):
                steps[-1].place, _, steps[-1].anchor = line.partition(" |")
            elif line and not line.startswith("#"):
                raise ValueError("%s: what is %r?" % (where, line))
    return steps


def added(text, step):
    """The file's text with what the step adds. Raises Revise if its anchor is not one line of the text."""
    if step.place == "new":
        if text is not None:
            raise step.revise("is there already")
        return "\n".join(step.lines) + "\n"
    if text is None:
        raise step.revise("is not there")
    lines = text.split("\n")
    found = [number for number, line in enumerate(lines) if line == step.anchor]
    if len(found) != 1:
        raise step.revise("has the line “%s” %s" % (step.anchor, "%d times" % len(found) if found else "no more"))
    at = found[0] + (step.place == "after")
    return "\n".join(lines[:at] + step.lines + lines[at:])


def text_of(root, path):
    """The text of a file, None if there is none."""
    full = os.path.join(root, path)
    if not os.path.exists(full):
        return None
    with open(full, encoding="utf-8") as file:
        return file.read()


def texts(steps, root):
    """{path: text} of the files that the steps change, done to the tree at `root`, which stays as it is."""
    done = {}
    for step in steps:
        if not step.command:
            done[step.path] = added(done.get(step.path, text_of(root, step.path)), step)
    return done


def new_words(step, root):
    """Words that the step brings into its file, by which one knows what fails when it is forgotten."""
    known = set(re.findall(r"\w+", text_of(root, step.path) or ""))
    return set(re.findall(r"\w{4,}", "\n".join(step.lines))) - known


# CONTRIBUTING.md


def named_in(item):
    """What one step of a list names: [(path or command, whether it is named without an If)].

    A sentence that begins with If says when its files are needed. A name without a folder lies in that of the name before.
    """
    names, folder = [], ""
    conditional = [match.span() for match in re.finditer(r"\bIf\b.*?\.(?=\s|$)", item, re.DOTALL)]
    for match in re.finditer(r"`([^`]+)`", item):
        word, always = match.group(1), not any(begin <= match.start() < end for begin, end in conditional)
        if word.startswith("./dev "):
            names.append((word, always))
        elif "/" in word or re.search(r"\.\w+$", word):
            path = word if "/" in word else os.path.join(folder, word)
            folder = os.path.dirname(path) if "." in os.path.basename(path) else path
            names.append((path, always))
    return names


def steps_of_page(page, change):
    """What the text of CONTRIBUTING.md says of a kind of change: {number: text} of its steps, and how to check it."""
    match = re.search(r"^\*\*%s\*\*\n(.*?)^Check: (.*?)^$" % re.escape(change), page, re.MULTILINE | re.DOTALL)
    if match is None:
        raise Revise("CONTRIBUTING.md has no “%s” with steps and a check any more" % change)
    items = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", match.group(1), re.MULTILINE | re.DOTALL)
    return {int(number): text for number, text in items}, match.group(2)


def is_named(path, name):
    """Whether a touched file is one that a name of CONTRIBUTING.md means: the file, one of a pattern, one in a folder."""
    if name in COMMANDS:
        return path == COMMANDS[name][1]
    pattern = "[^/]*".join(re.escape(part) for part in STAND_FOR_A_NAME.split(name.rstrip("/")))
    return re.fullmatch(pattern + r"(?:/.*)?", path) is not None


def differences(steps, page):
    """How CONTRIBUTING.md differs from the steps of one kind of change: files that only one of them has, tests that notice
    a forgotten step and that its check does not run. In words; none if they agree.
    """
    change = steps[0].change
    listed, check = steps_of_page(page, change)
    for number in sorted(set(listed) | {step.number for step in steps}):
        names = named_in(listed.get(number, ""))
        touched = sorted({step.path for step in steps if step.number == number})
        for path in touched:
            if not any(is_named(path, name) for name, _ in names):
                yield "step %d of “%s” in CONTRIBUTING.md does not name %s" % (number, change, path)
        for name, always in names:
            if always and not any(is_named(path, name) for path in touched):
                yield "step %d of “%s” in CONTRIBUTING.md names %s, which is not needed" % (number, change, name)
    regex = re.search(r"`\./dev test '([^']+)'`", check)
    for test in sorted({step.noticed[len("test "):] for step in steps if step.noticed.startswith("test ")}):
        if regex is None or not re.search(regex.group(1), test):
            yield "the check of “%s” in CONTRIBUTING.md does not run %s" % (change, test)
