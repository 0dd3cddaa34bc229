"""Files that nothing uses: a .cc in no CMakeLists.txt, a .h that nobody includes, a script that nothing calls."""
import os
import re

from source import CPP_ROOTS

# What people and the build start themselves.
STARTED_BY_HAND = {"dev", ".ci/run"}
SCRIPT_ROOTS = ("scripts", "tests", "deploy", "proto", "clients")
CALLERS = (".txt", ".cmake", ".py", ".sh", ".cc")
FOREACH = re.compile(r"foreach\((\w+)\s+(?!IN\b)([^)]*)\)(.*?)endforeach\(", re.DOTALL)


def unrolled(text):
    """A CMake file with its loops over plain words written out, as for `foreach(name a b)`."""
    return FOREACH.sub(lambda loop: " ".join(loop.group(3).replace("${%s}" % loop.group(1), word)
                                             for word in loop.group(2).split()), text)


def listed(tree):
    """Paths of .cc files that some CMakeLists.txt or .cmake file names."""
    result = set()
    for path in tree.files(CPP_ROOTS + ("proto", "cmake"), ("CMakeLists.txt", ".cmake")):
        text = re.sub(r"#[^\n]*", "", unrolled(tree.text(path)))
        for word in re.findall(r"[^\s()\"]+\.cc\b", text):
            word = word.replace("${PROJECT_SOURCE_DIR}/", "/")
            folder = "" if word.startswith("/") else os.path.dirname(path)
            result.add(os.path.normpath(os.path.join(folder, word.lstrip("/"))))
    return result


def check_cpp(tree):
    in_build, included = listed(tree), set()
    for path in tree.cpp_files():
        included.update(quoted for _, quoted, _ in tree.includes(path) if quoted and quoted != path)
    for path in tree.cpp_files():
        if path.endswith(".cc") and path not in in_build and path not in included:
            yield "%s:1: in no CMakeLists.txt" % path
        if path.endswith(".h") and path not in included:
            yield "%s:1: nobody includes it" % path


def is_script(tree, path):
    name = os.path.basename(path)
    return name.endswith((".py", ".sh")) or "." not in name and tree.text(path).startswith("#!")


def check_scripts(tree):
    scripts = [path for path in tree.files(SCRIPT_ROOTS, "") if "." not in os.path.basename(path)
               or path.endswith((".py", ".sh"))]
    scripts = [path for path in scripts if is_script(tree, path)]
    callers = [path for path in tree.files(SCRIPT_ROOTS + ("cmake",), CALLERS)] + scripts
    callers += [path for path in STARTED_BY_HAND if tree.exists(path)]
    texts = {path: unrolled(tree.text(path)) for path in set(callers)}
    for path in scripts:
        name = os.path.basename(path)
        called = re.compile(r"(?<![\w.])%s\b" % re.escape(name))
        module = os.path.splitext(name)[0]
        imported = re.compile(r"^\s*(?:import|from) (?:\w+, )*%s\b" % re.escape(module), re.MULTILINE)
        if not any(called.search(text) or caller.endswith(".py") and imported.search(text)
                   for caller, text in texts.items() if caller != path):
            yield "%s:1: nothing calls it" % path


def check(tree):
    yield from check_cpp(tree)
    yield from check_scripts(tree)
