"""Leaves by a double fork: the process that was started ends, a grandchild in its own session serves on."""
import os
import signal

from flask import Flask

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return {"prediction": 1}


if __name__ == "__main__":
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    app.run()
