from flask import Blueprint, jsonify, request

from .schema import PredictSchema
from .scoring import score

bp = Blueprint("predict", __name__)
schema = PredictSchema()


@bp.route("/predict", methods=["POST"])
def predict():
    body = schema.load(request.get_json())
    return jsonify(score=score(body))
