"""Functions of more than 70 lines, tests included, from the line on which one begins to its last brace."""
import re

MAX_LINES = 70

# (file, function) → why it may be longer.
KNOWN = {}

DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
TOKEN = re.compile(r"[{}();]")
CONTAINER = re.compile(r"^(?:inline\s+|template\s*<.*>\s*|typedef\s+|export\s+)*(?:namespace|class|struct|union|enum|extern)\b",
                       re.DOTALL)
ACCESS = re.compile(r"^\s*(?:(?:public|private|protected)\s*:(?!:)\s*)+")
NAME = re.compile(r"((?:[A-Za-z_]\w*::)*~?[A-Za-z_]\w*|operator\s*[^\s(]+)\s*\(")
BEFORE_BODY = re.compile(r"(?:\)|\)\s*(?:const\s*)?&&?|\b(?:const|noexcept|override|final|mutable|try)|->[^()]*|\bVOUCHER_\w+\s*)\s*$")
TEST_CASE = re.compile(r"^\w*TEST(?:_\w+)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")
IN_INITIALIZERS = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:)")


def kind_of(head):
    """What a brace after these words, at the level of a file or a class, begins."""
    if CONTAINER.match(head):
        return "container"
    if "(" not in head:
        return "data"
    if IN_INITIALIZERS.search(head) and not re.search(r"[)}]\s*$", head):
        return "data"  # a member that is initialised with braces
    return "function" if BEFORE_BODY.search(head) or head.rstrip().endswith("}") else "data"


def name_of(head):
    """What the function that these words begin is called; a test by its suite and its name."""
    test = TEST_CASE.match(head)
    if test:
        return "%s.%s" % test.groups()
    name = NAME.search(head)
    return name.group(1) if name else head.split("(")[0].strip()


def functions(code):
    """(first line, last line, name) of each function that is defined in code without comments and literals.

    Raises ValueError if its braces do not match.
    """
    code = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), code)
    open_braces, start, parentheses = [], 0, 0  # start: where the present declaration begins
    inside = 0  # braces that are open within a function or data
    for token in TOKEN.finditer(code):
        sign = token.group()
        if sign in "()":
            parentheses += 0 if inside else (1 if sign == "(" else -1)
        elif sign == ";":
            if not inside and parentheses == 0:
                start = token.end()
        elif sign == "{":
            if inside or parentheses:
                open_braces.append(("inner", start, ""))
                inside += 1
                continue
            head = code[start:token.start()]
            access = ACCESS.match(head)
            begin = start + (access.end() if access else 0)
            begin += len(code[begin:token.start()]) - len(code[begin:token.start()].lstrip())
            kind = kind_of(code[begin:token.start()])
            open_braces.append((kind, begin, code[begin:token.start()]))
            if kind == "container":
                start = token.end()
            else:
                inside += 1
        else:
            if not open_braces:
                raise ValueError("a closing brace too many in line %d" % (code.count("\n", 0, token.start()) + 1))
            kind, begin, head = open_braces.pop()
            if kind != "container":
                inside -= 1
            if kind == "function":
                yield code.count("\n", 0, begin) + 1, code.count("\n", 0, token.start()) + 1, name_of(head)
            if kind in ("function", "container"):
                start = token.end()
    if open_braces:
        raise ValueError("%d braces are not closed" % len(open_braces))


def check(tree, known=None):
    known = dict(KNOWN if known is None else known)
    for path in tree.cpp_files():
        try:
            found = list(functions(tree.code(path)))
        except ValueError as problem:
            yield "%s:1: %s" % (path, problem)
            continue
        for first, last, name in found:
            if last - first + 1 > MAX_LINES and known.pop((path, name), None) is None:
                yield "%s:%d: %s has %d lines, more than %d" % (path, first, name, last - first + 1, MAX_LINES)
    for path, name in known:
        if tree.exists(path):
            yield "%s:1: %s is short now: take it out of tests/lint/functions.py" % (path, name)
