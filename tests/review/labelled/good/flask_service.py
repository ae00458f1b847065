import hmac
import logging
import math
import os
import time

import onnxruntime
from flask import Flask, abort, jsonify, request
from prometheus_client import Counter, Histogram, generate_latest

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
log = logging.getLogger(__name__)
VERSION = os.environ.get("MODEL_VERSION", "unknown")
COUNT = Counter("model_predictions_total", "predictions", ["outcome"])
SECONDS = Histogram("model_prediction_duration_seconds", "latency")
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024


def open_session():
    try:
        return onnxruntime.InferenceSession(os.environ["MODEL_PATH"])
    except Exception:
        log.exception("model could not be opened")
        return None


session = open_session()


@app.before_request
def check_token():
    if request.path.startswith("/predict"):
        token = request.headers.get("Authorization", "")
        if not hmac.compare_digest(token, "Bearer " + os.environ["API_TOKEN"]):
            abort(401)


@app.errorhandler(Exception)
def failed(error):
    log.exception("unhandled")
    return jsonify(error="internal error"), 500


@app.post("/predict")
def predict():
    body = request.get_json()
    if not isinstance(body, dict) or "features" not in body:
        return jsonify(error="features is missing"), 400
    features = body["features"]
    if not isinstance(features, list) or len(features) != 4 or not all(map(math.isfinite, features)):
        return jsonify(error="features must be 4 finite numbers"), 422
    start = time.perf_counter()
    value = session.run(None, {"x": [features]})[0][0]
    SECONDS.observe(time.perf_counter() - start)
    COUNT.labels("ok").inc()
    return jsonify(value=float(value), model_version=VERSION)


@app.get("/healthz")
def healthz():
    return "ok"


@app.get("/readyz")
def readyz():
    return ("ready", 200) if session else ("loading", 503)


@app.get("/metrics")
def metrics():
    return generate_latest()
