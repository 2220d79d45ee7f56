"""The nuke module of the demo renderer: as much of Nuke's as warm_nuke.py uses, under the same names.

It does nothing itself: every call is a request to the process that started this Python (run-python.ts), which reads the
script, renders and injects faults. For Python 2.7 and 3, as in Nuke.
"""

import json
import os
import signal
import threading

try:
    from queue import Queue
except ImportError:
    from Queue import Queue

# Two more pipes, in addition to the three that every program has.
REQUESTS = 3
ANSWERS = 4

_answers = Queue()


def _listen():
    """Receives replies. When the pipe closes, Nuke is gone, and this Python is part of it."""
    with os.fdopen(ANSWERS, "rb") as pipe:
        while True:
            line = pipe.readline()
            if not line:
                os._exit(1)
            _answers.put(json.loads(line.decode("utf-8")))


def _ask(op, **more):
    """Executes one request; raises RuntimeError as Nuke does."""
    more["op"] = op
    request = json.dumps(more).encode("ascii") + b"\n"
    while request:
        request = request[os.write(REQUESTS, request) :]
    answer = _answers.get()
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["value"]


class Knob(object):
    """The one knob that can be set: Root's proxy."""

    def value(self):
        return _ask("proxy")

    def setValue(self, value):
        _ask("set-proxy", on=bool(value))
        return True


class Node(object):
    def __init__(self, name, class_name):
        self._name = name
        self._class = class_name

    def fullName(self):
        return self._name

    def name(self):
        return self._name.split(".")[-1]

    def Class(self):
        return self._class

    def __getitem__(self, name):
        if self._class != "Root" or name != "proxy":
            raise NameError("knob %s does not exist" % name)
        return Knob()


def scriptOpen(path):
    _ask("open", path=path)


def toNode(name):
    found = _ask("node", name=name)
    return Node(found["name"], found["class"]) if found else None


def root():
    return Node("root", "Root")


def execute(nameOrNode, start, end, incr=1, views=None, continueOnError=False):
    name = nameOrNode.fullName() if isinstance(nameOrNode, Node) else nameOrNode
    _ask(
        "execute",
        name=name,
        first=start,
        last=end,
        step=incr,
        views=list(views or []),
        continueOnError=bool(continueOnError),
    )


_thread = threading.Thread(target=_listen)
_thread.daemon = True
_thread.start()

_hello = _ask("hello")
NUKE_VERSION_STRING = str(_hello["version"])
if _hello["ignoreTerm"]:
    for _name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, _name):
            signal.signal(getattr(signal, _name), signal.SIG_IGN)
