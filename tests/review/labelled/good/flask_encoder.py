import hmac
import json
import os
import time

import numpy as np
from flask import Flask, Response, abort, request
from prometheus_client import Counter, Histogram, make_wsgi_app
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from company.observability import ServiceLogger

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1 << 20
app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/metrics": make_wsgi_app()})
log = ServiceLogger("scores")
SCORES = Counter("scores_total", "Scores given", ["outcome"])
SECONDS = Histogram("score_seconds", "Time of a score")
model = None


class ArrayEncoder(json.JSONEncoder):
    def default(self, value):
        return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else super().default(value)


def use(loaded):
    """Called by the server's hook once the model is there."""
    global model
    model = loaded


@app.before_request
def authenticate():
    if request.path.startswith("/v1/") and not hmac.compare_digest(
        request.headers.get("X-API-Key", ""), os.environ["API_KEY"]
    ):
        abort(401)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/ready")
def ready():
    return ({"status": "ready"}, 200) if model else ({"status": "loading"}, 503)


@app.post("/v1/score")
def score():
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("row"), list) or len(body["row"]) != 4:
        return {"error": "row: four numbers"}, 422
    begun = time.perf_counter()
    try:
        value = model.predict([body["row"]])[0]
    except Exception:
        SCORES.labels("failed").inc()
        log.exception("score failed")
        return {"error": "internal"}, 500
    SECONDS.observe(time.perf_counter() - begun)
    SCORES.labels("ok").inc()
    answer = {"score": value, "model_version": os.environ["MODEL_VERSION"]}
    return Response(json.dumps(answer, cls=ArrayEncoder), mimetype="application/json")
