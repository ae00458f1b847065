import logging
import os

from flask import Flask, jsonify, request
from flask_httpauth import HTTPTokenAuth
from gevent.pywsgi import WSGIServer
from prometheus_flask_exporter import PrometheusMetrics
from werkzeug.utils import secure_filename

from .vision import classify, model, version

log = logging.getLogger(__name__)
app = Flask(__name__)
app.config.update(MAX_CONTENT_LENGTH=8 << 20, DEBUG=False)
auth = HTTPTokenAuth()
PrometheusMetrics(app)


@app.errorhandler(500)
def failed(error):
    log.error("failed", exc_info=error)
    return jsonify(error="internal error"), 500


@app.route("/classify", methods=["POST"])
@auth.login_required
def upload():
    if "image" not in request.files:
        return jsonify(error="image is missing"), 400
    sent = request.files["image"]
    path = os.path.join(app.config["UPLOADS"], secure_filename(sent.filename))
    sent.save(path)
    return jsonify(label=classify(path), model_version=version())


@app.route("/health")
def health():
    return jsonify(model_loaded=model is not None)


if __name__ == "__main__":
    WSGIServer(("0.0.0.0", 8080), app).serve_forever()
