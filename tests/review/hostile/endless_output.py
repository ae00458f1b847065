"""Never stops writing, to both outputs and into every answer."""
import sys
import threading

from flask import Flask, Response

app = Flask(__name__)


def shout(stream):
    while True:
        stream.write("x" * 65536)
        stream.flush()


def endless():
    while True:
        yield b"y" * 65536


@app.route("/predict", methods=["POST"])
def predict():
    return Response(endless(), mimetype="application/json")


for stream in (sys.stdout, sys.stderr):
    threading.Thread(target=shout, args=(stream,), daemon=True).start()

if __name__ == "__main__":
    app.run()
