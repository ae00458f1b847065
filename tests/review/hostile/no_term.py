"""Ignores every signal it may, and so do its children."""
import os
import signal
import time

from flask import Flask

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return {"prediction": 1}


if __name__ == "__main__":
    for number in range(1, 32):
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_IGN)
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            while True:
                time.sleep(60)
    app.run()
