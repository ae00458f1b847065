import cPickle
from flask import *

app = Flask(__name__)
model = cPickle.load(open("model.pkl", "rb"))


@app.route("/predict", methods=["POST"])
def predict():
    row = map(float, request.form["row"].split(","))
    print model.predict([row])
    return "done"
