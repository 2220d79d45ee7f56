"""A warm Nuke: opens a script once and renders the frames it receives, one at a time.

Run by Nuke itself: nuke <switches> -t warm_nuke.py script=... write=... commands=... [name=value ...]

Every argument is name=value, because Nuke takes an argument that begins with a digit for a frame range, and may take one
that begins with a dash for a switch. The names:

  script    the .nk file
  write     full name of the node that renders, such as Group1.Write1
  commands  the command file: lines of JSON, appended to and never changed
  views     left,right; without it, the views of the Write
  proxy     proxy or full; without it, as the script has it
  continue  yes: go on within a frame after an error, as --cont does
  idle      seconds without work and without a sign of life from the service after which it exits; 120

Both directions use files and no pipes, so that the service and this Nuke can outlive each other: commands come from a
file, reports go to standard output, which the service has redirected to a log file. The formats are in docs/warm-nuke.md.

Nuke 11 and 12 have Python 2.7, later ones Python 3: this file may only use what both understand.
"""

import errno
import json
import os
import sys
import time

import nuke

# Prefix of a report, which distinguishes it from Nuke's own output. src/nuke/warm-report.ts looks for it.
MARK = "@@nuke-render-warm "
PROTOCOL = 1

# Seconds between two checks of the command file: normally the next command is already there.
SHORTEST_WAIT = 0.01
LONGEST_WAIT = 0.1
WAIT_GROWTH = 1.2

# Python 2 has only the wall clock, which people can change.
CLOCK = getattr(time, "monotonic", time.time)

# Maximum characters of a message or line in a report.
LONGEST_TEXT = 2000

# Frames in one report.
DROPPED_AT_ONCE = 1000

OPTIONS = ("script", "write", "commands", "views", "proxy", "continue", "idle")


def text_of(value):
    """Any value as text for JSON; Python 2 has bytes where Python 3 has text."""
    if not isinstance(value, (bytes, type(u""))):
        try:
            value = str(value)
        except UnicodeError:
            value = repr(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value[:LONGEST_TEXT]


def report(event, **more):
    """Writes one report in one piece, as a separate line even if Nuke left a line unfinished."""
    more["event"] = event
    more["at"] = int(time.time() * 1000)
    sys.stdout.flush()
    # ASCII: json.dumps escapes the rest.
    line = ("\n" + MARK + json.dumps(more, sort_keys=True) + "\n").encode("ascii")
    while line:
        line = line[os.write(1, line):]


def read_options(words):
    """The name=value arguments as a dict. Raises ValueError for unknown or missing ones."""
    options = {"idle": "120"}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in OPTIONS:
            raise ValueError("Unknown option: %s" % text_of(word))
        options[name] = value
    for name in ("script", "write", "commands"):
        if not options.get(name):
            raise ValueError("The option %s is missing." % name)
    options["idle"] = float(options["idle"])
    if options.get("proxy", "full") not in ("proxy", "full"):
        raise ValueError("proxy is proxy or full.")
    return options


def is_whole(value):
    """Whether a value is an integer, without booleans, which Python counts as integers."""
    return isinstance(value, int) and not isinstance(value, bool)


def read_command(line):
    """A line of the command file as a dict. Raises ValueError if it is not a command."""
    command = json.loads(line.decode("utf-8"))
    if not isinstance(command, dict) or not is_whole(command.get("n")):
        raise ValueError("A command is an object with a number n.")
    if command.get("do") not in ("render", "drop", "end"):
        raise ValueError("A command does render, drop or end.")
    frames = command.get("frames")
    if frames is None and command["do"] != "render":
        return command
    if not isinstance(frames, list) or not all(is_whole(frame) for frame in frames):
        raise ValueError("frames is a list of whole numbers.")
    return command


class CommandFile(object):
    """The command file, read from the last position, and the sign of life of its writer: when it was last touched."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.rest = b""
        self.size = 0
        self.touched = None
        self.gone = False

    def look(self):
        """Whether it was written or touched since the last look."""
        try:
            facts = os.stat(self.path)
        except OSError as error:
            # A file that cannot be read for another reason may come back.
            self.gone = error.errno == errno.ENOENT
            return False
        self.size = facts.st_size
        self.gone = self.size < self.offset
        mark = (facts.st_mtime, self.size)
        changed = mark != self.touched
        self.touched = mark
        return changed

    def lines(self):
        """The new complete lines. A line without its end is still being written."""
        if self.size <= self.offset:
            return []
        # Opened for each read: on Windows the service could not remove an open file.
        try:
            with open(self.path, "rb") as commands:
                commands.seek(self.offset)
                piece = commands.read()
        except (IOError, OSError):
            return []
        self.offset += len(piece)
        lines = (self.rest + piece).split(b"\n")
        self.rest = lines.pop()
        return [line for line in lines if line.strip()]


class WarmNuke(object):
    """The open script, the frames that were received and have not begun, and the last command that was taken."""

    def __init__(self, options):
        self.options = options
        self.commands = CommandFile(options["commands"])
        self.idle = options["idle"]
        self.last = 0
        self.queue = []
        self.ended = None
        self.node = None

    def open(self):
        """Opens the script and finds the node. Raises what Nuke raises, or ValueError if there is no such node."""
        nuke.scriptOpen(self.options["script"])
        # Set here as well as by -p and -f: it is not documented whether those apply to a script that Python opens.
        if "proxy" in self.options:
            nuke.root()["proxy"].setValue(self.options["proxy"] == "proxy")
        self.node = nuke.toNode(self.options["write"])
        if self.node is None:
            raise ValueError("There is no node %s in this script." % text_of(self.options["write"]))

    def take(self, line):
        """Takes one command. Ignores a number that was taken before: a writer that is not sure may write it again."""
        try:
            command = read_command(line)
        except ValueError as error:
            report("refused", line=text_of(line), message=text_of(error))
            return
        number = command["n"]
        if number <= self.last:
            return
        self.last = number
        report("taken", n=number)
        if command["do"] == "render":
            self.queue.extend((number, frame) for frame in command["frames"])
        elif command["do"] == "drop":
            self.drop(command.get("frames"))
        else:
            self.drop()
            self.ended = "asked"

    def drop(self, frames=None):
        """Takes back frames that have not begun (without a list: all) and reports them, in lines of limited length."""
        wanted = set(frame for _, frame in self.queue) if frames is None else set(frames)
        dropped = [frame for _, frame in self.queue if frame in wanted]
        self.queue = [(number, frame) for number, frame in self.queue if frame not in wanted]
        for start in range(0, max(1, len(dropped)), DROPPED_AT_ONCE):
            report("dropped", n=self.last, frames=dropped[start : start + DROPPED_AT_ONCE])

    def render(self, number, frame):
        """Renders one frame. Anything Nuke raises is the failure of this frame only; the next one continues."""
        report("begin", n=number, frame=frame)
        more = {}
        if self.options.get("views"):
            more["views"] = self.options["views"].split(",")
        if self.options.get("continue") == "yes":
            more["continueOnError"] = True
        started = CLOCK()
        try:
            nuke.execute(self.node, frame, frame, 1, **more)
        except Exception as error:  # RuntimeError, also for a cancelled render; callbacks may raise anything.
            report("failed", n=number, frame=frame, seconds=since(started), message=text_of(error))
        else:
            report("done", n=number, frame=frame, seconds=since(started))

    def work(self):
        """Renders until it is told to end, or the service is gone."""
        waited = 0.0
        pause = SHORTEST_WAIT
        idle = False
        while self.ended is None:
            if self.commands.look():
                waited = 0.0
            for line in self.commands.lines():
                self.take(line)
            if self.ended is not None:
                break
            if self.queue:
                self.render(*self.queue.pop(0))
                waited = 0.0
                pause = SHORTEST_WAIT
                idle = False
                continue
            if not idle:
                report("idle", n=self.last)
                idle = True
            if self.commands.gone:
                self.ended = "commands-gone"
            elif waited >= self.idle:
                self.ended = "abandoned"
            else:
                time.sleep(pause)
                # Counts the time slept, not a clock: clocks jump, and machines sleep.
                waited += pause
                pause = min(LONGEST_WAIT, pause * WAIT_GROWTH)
        report("ended", n=self.last, why=self.ended)


def since(started):
    """Seconds, never negative even if the clock was set back."""
    return round(max(0.0, CLOCK() - started), 3)


def main(words):
    """The exit code: 0 if it was told to end or was abandoned, 1 if the script could not be opened."""
    started = CLOCK()
    try:
        warm = WarmNuke(read_options(words))
        warm.open()
    except Exception as error:
        report("not-opened", message=text_of(error))
        return 1
    report(
        "ready",
        protocol=PROTOCOL,
        pid=os.getpid(),
        nuke=text_of(getattr(nuke, "NUKE_VERSION_STRING", "")),
        python="%d.%d" % sys.version_info[:2],
        seconds=since(started),
    )
    warm.work()
    return 0


if __name__ == "__main__":
    CODE = main(sys.argv[1:])
    sys.stdout.flush()
    sys.exit(CODE)
