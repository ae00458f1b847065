import pickle
import traceback

import pandas as pd
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    try:
        rows = request.json
        frame = pd.get_dummies(pd.DataFrame(rows)).reindex(columns=columns, fill_value=0)
        answer = list(model.predict(frame))
        return jsonify({"prediction": str(answer)})
    except Exception:
        return jsonify({"trace": traceback.format_exc()})


if __name__ == "__main__":
    with open("model.pkl", "rb") as source:
        model = pickle.load(source)
    with open("columns.pkl", "rb") as source:
        columns = pickle.load(source)
    app.run(port=8000)
