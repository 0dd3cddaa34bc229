"""Units of a room that include each other in a circle. A unit is x.h and x.cc; two may lean on each other, more are a knot."""
import os

MAX_UNITS = 2

# A knot that is known: the units of a room → why it stands.
KNOWN = {}


def unit_of(path):
    return os.path.splitext(path)[0]


def edges(tree, room_of):
    """Unit → units of the same room that it includes."""
    result = {}
    for path in tree.cpp_files():
        unit = result.setdefault(unit_of(path), set())
        for _, quoted, _ in tree.includes(path):
            if quoted and unit_of(quoted) != unit_of(path) and tree.exists(quoted) and room_of(quoted) == room_of(path):
                unit.add(unit_of(quoted))
    return result


def circles(graph):
    """The sets of nodes of which each reaches each other (Tarjan), larger than one."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            circle = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(circle) > 1:
                found.append(sorted(circle))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def check(tree, room_of, known=None):
    known = dict(KNOWN if known is None else known)
    for circle in circles(edges(tree, room_of)):
        if len(circle) <= MAX_UNITS:
            continue
        room = room_of(circle[0] + ".h")
        names = tuple(unit[len(room) + 1:] for unit in circle)
        if known.pop((room, names), None) is None:
            yield "%s:1: a knot of %d units that include each other: %s" % (room, len(names), ", ".join(names))
    for room, names in known:
        if tree.exists(room):
            yield "%s:1: no such knot now: take it out of tests/lint/knots.py: %s" % (room, ", ".join(names))
