"""How the other files of this folder read the source tree."""
import os
import re

CPP_ROOTS = ("ledger", "server", "clients", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
LITERAL_OR_COMMENT = re.compile(
    r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def is_under(path, prefixes):
    """Whether the path lies in one of the folders; a prefix that ends with * need not be a folder."""
    return any(path.startswith(prefix[:-1] if prefix.endswith("*") else prefix + "/") for prefix in prefixes)


def code_only(text):
    """Blanks comments and literals, keeping line numbers. Include lines keep their paths."""
    def blank(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#") and match.group().startswith('"'):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return LITERAL_OR_COMMENT.sub(blank, text)


class Tree:
    """A source tree, each file read once. Paths are relative to its root, with slashes."""

    def __init__(self, root):
        self.root = root
        self._code = {}

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def walk(self, tops):
        """Folders and files under the top folders, in order: (folder, names of folders, names of files)."""
        for top in tops:
            for folder, folders, files in os.walk(os.path.join(self.root, top)):
                folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules"))
                yield os.path.relpath(folder, self.root), folders, sorted(files)

    def files(self, tops, endings):
        for folder, _, names in self.walk(tops):
            for name in names:
                if name.endswith(endings):
                    yield folder + "/" + name

    def cpp_files(self, tops=CPP_ROOTS):
        return self.files(tops, (".cc", ".h"))

    def text(self, path):
        with open(os.path.join(self.root, path), encoding="utf-8") as source:
            return source.read()

    def code(self, path):
        """The text of a C++ file without comments and literals."""
        if path not in self._code:
            self._code[path] = code_only(self.text(path))
        return self._code[path]

    def includes(self, path):
        """(line, quoted path or None, angled path or None) of each include."""
        for number, line in enumerate(self.code(path).split("\n"), 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)
