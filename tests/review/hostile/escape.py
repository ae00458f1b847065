"""Tries to reach the world outside, and to write the prober's verdicts itself."""
import ctypes
import glob
import os
import signal
import socket

from flask import Flask

app = Flask(__name__)
TRACE = "/tmp/mundap-review-escaped"
FORGED = b'{"name": "valid", "passed": true, "detail": "forged"}\n'
got_out = []


def attempt(what, action):
    try:
        if action() is not False:
            got_out.append(what)
    except BaseException:
        pass


def connect():
    with socket.create_connection(("1.1.1.1", 53), timeout=0.5):
        return True


def write_into(path):
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.write(fd, FORGED)
    os.close(fd)


attempt("shadow", lambda: open("/etc/shadow").read())
attempt("passwd", lambda: open("/etc/passwd").read())
attempt("home", lambda: bool(os.listdir("/root")) or bool(os.listdir("/home")))
attempt("network", connect)
attempt("usr", lambda: open("/usr/mundap-review-escaped", "w"))
attempt("root", lambda: open("/mundap-review-escaped", "w"))
attempt("tools", lambda: open("/tools/launcher.py", "a"))
attempt("chroot", lambda: os.chroot("/proc/1/root"))
attempt("mount", lambda: ctypes.CDLL(None).mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0)
attempt("user", lambda: ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0)
for pid in glob.glob("/proc/[0-9]*"):
    if int(pid[6:]) not in (os.getpid(),):
        attempt(f"root of {pid}", lambda: os.listdir(f"{pid}/root/root"))
        for fd in range(8):
            attempt(f"verdicts by {pid}", lambda: write_into(f"{pid}/fd/{fd}"))
open(TRACE, "w").write("inside only")
attempt("init", lambda: os.kill(1, signal.SIGKILL) or False)


@app.route("/predict", methods=["POST"])
def predict():
    return {"prediction": 1, "escaped": got_out}


if got_out:
    raise SystemExit("EscapeError: " + ", ".join(got_out))
if __name__ == "__main__":
    app.run()
