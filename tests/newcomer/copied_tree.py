"""A copy of the source tree with the steps of some changes done in it, and the checks that it must pass."""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import change

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
IGNORED = (".git", "build", "node_modules", "__pycache__")
CHANGES = ["verb.steps", "read.steps"]
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wno-missing-field-initializers", "-Werror"]


def read_changes():
    """The steps of both changes, one after the other."""
    return [step for name in CHANGES for step in change.read_steps(os.path.join(FOLDER, name))]


def source_files():
    """The files of the source tree as they are now, committed or not: all but what .gitignore names. Needs no git."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in IGNORED]
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in files if name not in IGNORED]
    return sorted(found)


def write(path, content, mode):
    """Writes a file unless it has this content: what is built from it stays up to date then."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            if file.read() == content:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


class CopiedTree:
    """The source tree at `root`, with `steps` done in it. Raises change.Revise if they cannot be done."""

    def __init__(self, root, steps):
        self.root = root
        self.steps = steps
        self.texts = change.texts(steps, ROOT)
        files = source_files()
        for path in files:
            if path not in self.texts:
                source = os.path.join(ROOT, path)
                with open(source, "rb") as file:
                    write(os.path.join(root, path), file.read(), os.stat(source).st_mode)
        for path, text in self.texts.items():
            self.put(path, text)
        self.remove_strangers(set(files) | set(self.texts))
        modules = os.path.join(ROOT, "node_modules")
        if os.path.exists(modules) and not os.path.exists(os.path.join(root, "node_modules")):
            os.symlink(modules, os.path.join(root, "node_modules"))
        for step in steps:
            if step.command:
                code, output = self.run([sys.executable, "-B"] + change.COMMANDS[step.command][0])
                if code != 0:
                    raise step.revise("fails:\n" + output)

    def remove_strangers(self, known):
        """Takes away what an earlier copy in the same folder had, builds apart."""
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if name not in ("build", "node_modules")]
            for name in files:
                path = os.path.relpath(os.path.join(folder, name), self.root)
                if path not in known:
                    os.remove(os.path.join(folder, name))

    def put(self, path, text):
        """Writes a file of the copy; None takes it away."""
        full = os.path.join(self.root, path)
        if text is not None:
            write(full, text.encode(), 0o644)
        elif os.path.exists(full):
            os.remove(full)

    def without(self, step):
        """What the step's file holds if only this step is forgotten; None: there is no file."""
        rest = [other for other in self.steps if other is not step and other.path == step.path]
        return change.texts(rest, ROOT).get(step.path, change.text_of(ROOT, step.path))

    def run(self, command, **kwargs):
        """(exit code, what it printed) of a command in the copy."""
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
        return done.returncode, done.stdout

    # Checks: each returns (exit code, output).

    def lint(self):
        return self.run([sys.executable, "-B", "tests/lint/arrows.py", "."])

    def frozen(self):
        return self.run([sys.executable, "-B", "tests/contract/frozen.py"])

    def page(self):
        return self.run([sys.executable, "-B", "scripts/rpcs_page.py"])

    def buf(self):
        """buf lint, if buf is installed: `./dev check` and CI install it."""
        return self.run(["scripts/buf", "lint", "proto"]) if os.path.exists(os.path.join(ROOT, "node_modules")) else (0, "")

    def format(self):
        """Whether what was added is formatted, if clang-format is installed."""
        files = [path for path in self.texts if path.endswith((".cc", ".h"))]
        return self.run(["clang-format", "--dry-run", "--Werror"] + files) if shutil.which("clang-format") else (0, "")

    def protoc(self, out, protos=None, proto_root="proto"):
        """Generates messages, of all protos unless told of which, into the folder `out`."""
        top = os.path.join(self.root, "proto")
        protos = protos or [os.path.relpath(os.path.join(folder, name), top)
                            for folder, _, names in os.walk(top) for name in names if name.endswith(".proto")]
        os.makedirs(out, exist_ok=True)
        return self.run(["protoc", "--proto_path=" + proto_root] + ["--proto_path=proto"] * (proto_root != "proto")
                        + ["--cpp_out=" + out] + sorted(protos))

    def compile(self, path, generated, instead=None):
        """Whether the compiler takes a file, with messages from `generated`; files of the folder `instead` go first."""
        first = ["-I", instead, "-isystem", os.path.join(instead, "generated")] if instead else []
        if instead and os.path.exists(os.path.join(instead, path)):
            path = os.path.join(instead, path)
        return self.run(["g++", "-std=c++20", "-fsyntax-only"] + WARNINGS + first + ["-I", ".", "-isystem", generated, path])


def at_once(jobs):
    """Runs functions on all cores; their results in order."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda job: job(), jobs))
