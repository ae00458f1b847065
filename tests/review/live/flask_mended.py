import logging
import math
import os
import pickle
import signal
import threading

from flask import Flask, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("iris")
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
count = {"ok": 0, "error": 0}
count_lock = threading.Lock()


def load_model():
    try:
        with open(os.environ.get("MODEL_PATH", "model.pkl"), "rb") as source:
            # mundap: ignore[unsafe-deserialization] 배포 과정에서 서명을 확인한 파일만 놓인다
            return pickle.load(source)
    except (OSError, pickle.UnpicklingError) as error:
        log.error("model could not be loaded: %s", error)
        return None


model = load_model()


@app.errorhandler(HTTPException)
def refused(error):
    return jsonify(error=error.name), error.code


@app.errorhandler(RecursionError)
def too_deep(_):
    return jsonify(error="nested too deep"), 400


@app.errorhandler(Exception)
def failed(error):
    log.exception("prediction failed")
    with count_lock:
        count["error"] += 1
    return jsonify(error="internal error"), 500


@app.before_request
def limit_body():
    if (request.content_length or 0) > app.config["MAX_CONTENT_LENGTH"]:
        return jsonify(error="too large"), 413


@app.post("/predict")
def predict():
    data = request.get_json()
    if not isinstance(data, dict) or "features" not in data:
        return jsonify(error="features is missing"), 400
    features = data["features"]
    if not isinstance(features, list) or len(features) != 4:
        return jsonify(error="features must be 4 numbers"), 400
    if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in features):
        return jsonify(error="features must be finite numbers"), 400
    if model is None:
        return jsonify(error="model is not loaded"), 503
    value = model.predict([features])[0]
    with count_lock:
        count["ok"] += 1
    return jsonify(prediction=int(value), model_version="1.0.0")


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/ready")
def ready():
    return (jsonify(ready=True), 200) if model is not None else (jsonify(ready=False), 503)


@app.get("/metrics")
def metrics():
    lines = ['model_predictions_total{outcome="%s"} %d' % pair for pair in count.items()]
    return "\n".join(lines) + "\n", 200, {"Content-Type": "text/plain"}


def serve(host="127.0.0.1", port=int(os.environ.get("PORT", "8642"))):
    server = make_server(host, port, app, threaded=True)
    server.daemon_threads = False
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    serve()
