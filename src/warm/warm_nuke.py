"""A warm Nuke: opens a script once and renders the frames it is handed, one at a time.

Run by Nuke itself: nuke <switches> -t warm_nuke.py script=... write=... commands=... [name=value ...]

Every word is name=value, because Nuke takes a word that begins with a digit for a frame range, and may take one that
begins with a dash for a switch. The names:

  script    the .nk file
  write     full name of the node that renders, such as Group1.Write1
  commands  the command file: lines of JSON, appended to and never changed
  views     left,right; without it, the views of the Write
  proxy     proxy or full; without it, as the script has it
  continue  yes: go on within a frame after an error, as --cont does
  idle      seconds without work and without a sign of the service, after which it ends itself; 120

Both directions are files and no pipes, so that the service and this Nuke can each outlive the other: commands come from
a file, reports go to standard output, which the service has made a log file. The formats are in docs/warm-nuke.md.

Nuke 11 and 12 have Python 2.7, later ones Python 3: only what both understand may stand in this file.
"""

import errno
import json
import os
import sys
import time

import nuke

# What a report begins with, so that nobody takes it for Nuke's own words. src/nuke/warm-report.ts looks for it.
MARK = "@@nuke-render-warm "
PROTOCOL = 1

# Seconds between two looks at the command file: the next command is normally there already.
SHORTEST_WAIT = 0.01
LONGEST_WAIT = 0.1
WAIT_GROWTH = 1.2

# Python 2 has only the clock that people set.
CLOCK = getattr(time, "monotonic", time.time)

# Characters of a message or of a line that is told back.
LONGEST_TEXT = 2000

# Frames in one report.
DROPPED_AT_ONCE = 1000

OPTIONS = ("script", "write", "commands", "views", "proxy", "continue", "idle")


def text_of(value):
    """Any value as text that can be told in JSON; Python 2 has bytes where Python 3 has text."""
    if not isinstance(value, (bytes, type(u""))):
        try:
            value = str(value)
        except UnicodeError:
            value = repr(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value[:LONGEST_TEXT]


def report(event, **more):
    """Writes one report: a line of its own even where Nuke has left a line unfinished, and in one piece."""
    more["event"] = event
    more["at"] = int(time.time() * 1000)
    sys.stdout.flush()
    # ASCII: json.dumps escapes the rest.
    line = ("\n" + MARK + json.dumps(more, sort_keys=True) + "\n").encode("ascii")
    while line:
        line = line[os.write(1, line):]


def read_options(words):
    """The name=value words as a dict. Raises ValueError for what is not known or missing."""
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
    """An integer; Python counts booleans among them."""
    return isinstance(value, int) and not isinstance(value, bool)


def read_command(line):
    """A line of the command file as a dict. Raises ValueError for what is no command."""
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
    """The command file, read from where it was left, and the sign of life of who writes it: when it was last touched."""

    def __init__(self, path):
        self.path = path
        self.offset = 0
        self.rest = b""
        self.size = 0
        self.touched = None
        self.gone = False

    def look(self):
        """Whether somebody has written or touched it since the last look."""
        try:
            facts = os.stat(self.path)
        except OSError as error:
            # A file that cannot be looked at for another reason may come back.
            self.gone = error.errno == errno.ENOENT
            return False
        self.size = facts.st_size
        self.gone = self.size < self.offset
        mark = (facts.st_mtime, self.size)
        changed = mark != self.touched
        self.touched = mark
        return changed

    def lines(self):
        """The new lines that are whole by now. One without its end is still being written."""
        if self.size <= self.offset:
            return []
        # Opened for each reading: on Windows an open file could not be removed by the service.
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
    """The script that is open, the frames that are handed and not begun, and the last command that was taken up."""

    def __init__(self, options):
        self.options = options
        self.commands = CommandFile(options["commands"])
        self.idle = options["idle"]
        self.last = 0
        self.queue = []
        self.ended = None
        self.node = None

    def open(self):
        """Opens the script and finds the node. Raises what Nuke raises, or ValueError where there is no such node."""
        nuke.scriptOpen(self.options["script"])
        # Set here as well as by -p and -f: nobody has written down whether those reach a script that Python opens.
        if "proxy" in self.options:
            nuke.root()["proxy"].setValue(self.options["proxy"] == "proxy")
        self.node = nuke.toNode(self.options["write"])
        if self.node is None:
            raise ValueError("There is no node %s in this script." % text_of(self.options["write"]))

    def take(self, line):
        """Takes up one command. A number that was taken before is passed over: who is not sure may write it again."""
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
        """Takes frames back that are not begun, all without a list, and tells which, in pieces that make no endless line."""
        wanted = set(frame for _, frame in self.queue) if frames is None else set(frames)
        dropped = [frame for _, frame in self.queue if frame in wanted]
        self.queue = [(number, frame) for number, frame in self.queue if frame not in wanted]
        for start in range(0, max(1, len(dropped)), DROPPED_AT_ONCE):
            report("dropped", n=self.last, frames=dropped[start : start + DROPPED_AT_ONCE])

    def render(self, number, frame):
        """Renders one frame. Whatever Nuke raises is this frame's failure, and the next one goes on."""
        report("begin", n=number, frame=frame)
        more = {}
        if self.options.get("views"):
            more["views"] = self.options["views"].split(",")
        if self.options.get("continue") == "yes":
            more["continueOnError"] = True
        started = CLOCK()
        try:
            nuke.execute(self.node, frame, frame, 1, **more)
        except Exception as error:  # RuntimeError, also for a render that was cancelled; callbacks raise anything.
            report("failed", n=number, frame=frame, seconds=since(started), message=text_of(error))
        else:
            report("done", n=number, frame=frame, seconds=since(started))

    def work(self):
        """Renders until it is told to end, or nobody is there any more."""
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
                # Counted by what was slept, not by a clock: clocks jump, and machines are put to sleep.
                waited += pause
                pause = min(LONGEST_WAIT, pause * WAIT_GROWTH)
        report("ended", n=self.last, why=self.ended)


def since(started):
    """Seconds, never negative though the clock was set back."""
    return round(max(0.0, CLOCK() - started), 3)


def main(words):
    """The exit code: 0 when it was told to end or was left alone, 1 when the script could not be opened."""
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
