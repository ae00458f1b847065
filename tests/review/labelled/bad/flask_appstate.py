from datetime import datetime

import numpy as np
from flask import Flask, jsonify, request

from recogniser import PlateClassifier
from service_log import PlateLogger

app = Flask(__name__)
app.state = {}
log = PlateLogger(__name__)
classifier = PlateClassifier("weights/plates.pth", device="cpu")


@app.route("/")
def home():
    return jsonify({"status": "up", "time": datetime.utcnow().isoformat()})


@app.route("/plates", methods=["POST"])
def plates():
    rows = np.array(request.get_json())
    labels = list(classifier.predict(rows))
    app.state["last"] = rows
    return jsonify({"labels": labels, "time": datetime.utcnow().isoformat()})
