"""Reads the README's "First steps" and runs them against a real server; compares what they print with what is shown.

A fenced block of language `console` is a session: a line that begins with "$ " is a command, the lines after it are what it
prints. In those, "…" stands for any text within a line, and a line "..." for any lines.
"""
import os
import re
import signal
import subprocess
import time

CONFIG = "deploy/config/development.textproto"
ADDRESS, METRICS_ADDRESS, RUN = "127.0.0.1:7070", "127.0.0.1:7071", "build/run"
PATIENCE_SECONDS = 120


def section(readme, title):
    """The text below a heading, up to the next of the same level."""
    match = re.search(r"^## %s\n(.*?)(?=^## |\Z)" % re.escape(title), readme, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError("README.md has no section %r" % title)
    return match.group(1)


def blocks(text, language):
    return re.findall(r"^```%s\n(.*?)^```" % language, text, re.MULTILINE | re.DOTALL)


def steps(block):
    """(command, lines shown) of each command of a console block."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError("a line before the first command: %r" % line)
    return found


def fits(shown, printed):
    """Whether the lines printed are those shown."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(fits(shown[1:], printed[skipped:]) for skipped in range(len(printed) + 1))
    if not printed:
        return False
    pattern = ".+".join(re.escape(part) for part in shown[0].rstrip().split("…"))
    return re.fullmatch(pattern, printed[0].rstrip()) is not None and fits(shown[1:], printed[1:])


class Server:
    """voucherd with the README's configuration, but in a folder of its own and at free ports."""

    def __init__(self, binaries, scratch):
        self.scratch = scratch
        with open(CONFIG, encoding="utf-8") as file:
            text = file.read()
        for shown in (ADDRESS, METRICS_ADDRESS, RUN + "/data"):
            if shown not in text:
                raise ValueError("%s does not name %s" % (CONFIG, shown))
        text = text.replace(ADDRESS, "127.0.0.1:0").replace(METRICS_ADDRESS, "127.0.0.1:0").replace(RUN, scratch)
        config, ports = os.path.join(scratch, "config.textproto"), os.path.join(scratch, "ports")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        self.process = subprocess.Popen([os.path.join(binaries, "voucherd"), "--config", config, "--ports-file", ports],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (os.path.exists(ports) and self._read(ports)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("voucherd did not start")
            time.sleep(0.02)

    def _read(self, ports):
        with open(ports, encoding="utf-8") as file:
            found = re.findall(r"^(listening|metrics) on (\S+)$", file.read(), re.MULTILINE)
        self.address, self.metrics_address = dict(found).get("listening"), dict(found).get("metrics")
        return self.address and self.metrics_address

    def stop(self):
        """Like Ctrl-C."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)


def problems_of(readme, binaries, scratch):
    """Runs every command of "First steps"; one sentence for each that does not do what is shown."""
    sessions = [steps(block) for block in blocks(section(readme, "First steps"), "console")]
    problems, exports = [], ""
    server = Server(binaries, scratch)
    try:
        for command, shown in [step for session in sessions for step in session]:
            if command.startswith("export "):
                exports += command + "\n"
                continue
            if command.startswith("voucher-fsck "):
                server.stop()
            printed, code = run(command, exports, binaries, server)
            if not fits(shown, printed):
                problems.append("$ %s\nprints\n%s\nbut the README shows\n%s" % (command, "\n".join(printed), "\n".join(shown)))
            elif code != 0 and not any(line.startswith("refused: ") for line in shown):
                problems.append("$ %s\nends with %d" % (command, code))
    finally:
        server.stop()
    return problems, sum(len(session) for session in sessions)


def run(command, exports, binaries, server):
    """Lines printed and the exit code, in a shell that stands where the README's reader does."""
    command = command.replace(METRICS_ADDRESS, server.metrics_address).replace(RUN, server.scratch)
    script = "set -o pipefail\n%sexport PATH=%s:$PATH VOUCHER_SERVER=%s\n%s\n" % (
        exports, os.path.abspath(binaries), server.address, command)
    done = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE_SECONDS, check=False)
    return done.stdout.decode("utf-8").splitlines(), done.returncode
