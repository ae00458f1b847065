import pickle

from flask import Flask, jsonify, request

app = Flask(__name__)
with open("model.pkl", "rb") as source:
    model = pickle.load(source)


@app.route("/predict", methods=["GET", "POST"])
def predict():
    if request.method == "POST":
        text = request.form["text"]
        return jsonify(label=str(model.predict([text])[0]))


@app.route("/score", methods=["POST"])
def score():
    text = request.form["text"]
    try:
        value = model.predict_proba([text])[0][1]
    except ValueError:
        app.logger.exception("score failed")
    return jsonify(score=float(value))
