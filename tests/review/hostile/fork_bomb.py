"""Forks for ever as soon as it starts."""
import os

from flask import Flask

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return {"prediction": 1}


while True:
    try:
        os.fork()
    except OSError:
        pass
