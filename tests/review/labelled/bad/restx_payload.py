from flask import Flask
from flask_restx import Api, Resource

from forest import Forest

app = Flask(__name__)
api = Api(app)
forests = {}


@api.route("/forests")
class Forests(Resource):
    def post(self):
        name = api.payload["name"]
        options = eval(api.payload["options"])
        forests[name] = Forest(options)
        return {"name": name}, 201


@api.route("/forests/predict")
class Predict(Resource):
    def post(self):
        body = api.payload
        try:
            return {"result": forests[body["name"]].predict(body["row"])}, 200
        except Exception as error:
            return {"message": repr(error)}, 407
