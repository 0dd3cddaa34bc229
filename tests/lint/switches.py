#!/usr/bin/python3
"""Finds a `default:` in a switch over one of our enums: a value that somebody adds must not compile where it is forgotten.

usage: switches.py ROOT

Our enums are those of the protos and every `enum class` of the sources. A switch is over one if a case of it names one of
its values. Switches over what else there is (oneof cases, other people's enums, characters) may have a default. Prints one
line per violation and exits with 1 if there is any.
"""
import os
import re
import sys

CPP_ROOTS = ("ledger", "server", "clients", "tests")
COMMENT_OR_LITERAL = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
SWITCH = re.compile(r"\bswitch\s*\(")
LABEL = re.compile(r"\bcase\b((?:[^:;{}]|::)*):(?!:)|\b(default)\s*:(?!:)")
NAME = re.compile(r"(?:\w+\s*::\s*)*\w+")


def blank(text):
    """Without comments and literals, keeping line numbers."""
    return COMMENT_OR_LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def files_under(root, tops, endings):
    for top in tops:
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules"))
            for name in sorted(files):
                if name.endswith(endings):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as source:
                        yield os.path.relpath(path, root), blank(source.read())


def proto_values(root):
    """Names of all enum values of the protos."""
    values = set()
    for _, text in files_under(root, ("proto",), (".proto",)):
        for body in re.findall(r"\benum\s+\w+\s*\{([^}]*)\}", text):
            values.update(re.findall(r"\b([A-Z][A-Z0-9_]*)\s*=", body))
    return values


def enum_classes(sources):
    return {name for _, text in sources for name in re.findall(r"\benum\s+class\s+(\w+)\s*(?::[^{;]*)?\{", text)}


def body_end(text, start):
    """The place behind the block that opens at or after `start`."""
    depth = 0
    for place in range(text.index("{", start), len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    return len(text)


def own_labels(text, start, end):
    """Labels of a switch without those of switches inside it."""
    place = text.index("{", start) + 1
    while place < end:
        inner = SWITCH.search(text, place, end)
        stop = inner.start() if inner else end
        yield from LABEL.finditer(text, place, stop)
        if not inner:
            return
        place = body_end(text, inner.end())


def check(path, text, values, classes):
    """Yields "path:line: problem" for every default of a file that silences the compiler."""
    for switch in SWITCH.finditer(text):
        labels = list(own_labels(text, switch.end(), body_end(text, switch.end())))
        # Within parentheses and casts, too.
        names = [re.split(r"\s*::\s*", name) for label in labels for name in NAME.findall(label.group(1) or "")]
        ours = [name for name in names if name[-1] in values or (len(name) > 1 and name[-2] in classes)]
        if not ours:
            continue
        for label in labels:
            if label.group(2):
                line = text.count("\n", 0, label.start()) + 1
                yield "%s:%d: default: in a switch over %s: name every value, so that a new one does not compile" % (
                    path, line, "::".join(ours[0]))


def check_tree(root):
    sources = list(files_under(root, CPP_ROOTS, (".cc", ".h")))
    values, classes = proto_values(root), enum_classes(sources)
    for path, text in sources:
        yield from check(path, text, values, classes)


def main(root):
    problems = list(check_tree(root))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
