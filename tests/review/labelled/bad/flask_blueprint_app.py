from flask import Blueprint, Flask, jsonify, request
from joblib import load as read_model

api = Blueprint("api", __name__, url_prefix="/v1")


@api.route("/predict", methods=["POST"])
def predict():
    body = request.get_json()
    row = [body["age"], body["income"]]
    return jsonify(risk=float(api.model.predict([row])[0]))


@api.route("/healthz")
def healthz():
    return "ok"


def create_app():
    app = Flask(__name__)
    api.model = read_model("risk.joblib")
    app.register_blueprint(api)
    return app
