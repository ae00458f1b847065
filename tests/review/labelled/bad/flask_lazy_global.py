import logging

import dill
from flask import Flask, jsonify, request

logging.basicConfig(level="INFO")
log = logging.getLogger(__name__)
app = Flask(__name__)
model = None
served = 0


def get_model():
    global model
    if model is None:
        with open("ranker.dill", "rb") as source:
            model = dill.load(source)
    return model


@app.route("/ping")
def ping():
    return "pong"


@app.route("/rank", methods=["POST"])
def rank():
    global served
    body = request.get_json()
    log.info("body: %s", body)
    served += 1
    scores = get_model().predict([body["user"], body["items"]])
    return jsonify(scores=scores.tolist())
