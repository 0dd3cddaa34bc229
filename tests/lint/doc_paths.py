"""Paths that documents and comments name must lead somewhere.

In Markdown: `ledger/…` and the like between backquotes, and relative links. Everywhere: docs/adr/0017. Each decision stands in
the index.
"""
import glob
import os
import re

ROOTS = ("ledger", "server", "clients", "tests", "proto", "deploy", "docs", "cmake", "scripts")
QUOTED = re.compile(r"`((?:%s)/[^`\s]*)`" % "|".join(ROOTS))
LINK = re.compile(r"\]\(([^)\s]+)\)")
DECISION = re.compile(r"docs/adr/\d{4}\b")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SOURCES = (".cc", ".h", ".proto", ".py", ".txt", ".textproto")


def leads_somewhere(tree, path):
    """Whether there is such a file or folder. * and ID, KIND, VERB stand for some name, {a,b} for each of these."""
    braces = re.search(r"\{([^{}]*)\}", path)
    if braces:
        return all(leads_somewhere(tree, path[:braces.start()] + part + path[braces.end():])
                   for part in braces.group(1).split(","))
    return bool(glob.glob(os.path.join(tree.root, re.sub(r"\b(?:ID|KIND|VERB)\b", "*", path))))


def markdown(tree):
    for path in sorted(os.listdir(tree.root)):
        if path.endswith(".md"):
            yield path
    yield from tree.files(ROOTS, (".md",))


def check(tree):
    for path in markdown(tree):
        text = FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), tree.text(path))
        for number, line in enumerate(text.split("\n"), 1):
            named = [word.rstrip(".,:;") for word in QUOTED.findall(line)]
            links = [link.split("#")[0] for link in LINK.findall(line) if "://" not in link and not link.startswith("#")]
            named += [os.path.normpath(os.path.join(os.path.dirname(path), link)) for link in links]
            for name in named:
                if not leads_somewhere(tree, name):
                    yield "%s:%d: there is no %s" % (path, number, name)
    index = tree.text("docs/adr/README.md") if tree.exists("docs/adr/README.md") else ""
    for path in tree.files(("docs/adr",), (".md",)):
        name = os.path.basename(path)
        if name != "README.md" and "(%s)" % name not in index:
            yield "%s:1: is not in docs/adr/README.md" % path
    for path in sorted({*markdown(tree), *tree.files(ROOTS, SOURCES)}):
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for decision in DECISION.findall(line):
                if not glob.glob(os.path.join(tree.root, decision + "-*")):
                    yield "%s:%d: there is no decision %s" % (path, number, decision)
