"""The picture of rooms in README.md: each arrow in it is one of the table, and each room stands in it and has a page.

The page of the rooms of server/ is server/README.md.
"""
import re

BLOCK = re.compile(r"^```text\n(proto → .*?)^```", re.MULTILINE | re.DOTALL)
SHORT = {"ledger.h": "ledger", "voucherd": "server"}


def room_named(name, table):
    """The room of a name in the picture: rooms of the ledger stand without its folder."""
    return SHORT.get(name, name if name in table or "/" in name else "ledger/" + name)


def check(tree, table):
    match = BLOCK.search(tree.text("README.md")) if tree.exists("README.md") else None
    if match is None:
        yield "README.md:1: has no picture of the rooms"
        return
    shown = set()
    for line in match.group(1).splitlines():
        steps = [[room_named(name.strip(), table) for name in step.split(",")] for step in line.split("→")]
        shown.update(room for step in steps for room in step)
        for sources, targets in zip(steps, steps[1:]):
            for source in sources:
                for target in targets:
                    if source not in table.get(target, []):
                        yield "README.md:1: its picture has an arrow from %s to %s, the table has none" % (source, target)
    for room in table:
        if room not in shown and room != "tests":
            yield "README.md:1: %s is not in its picture" % room
        page = "server" if room.startswith("server/") else room
        if tree.exists(room) and not tree.exists(page + "/README.md"):
            yield "%s:1: a room has a README.md: what it holds, what it may not know, which file to read first" % room
