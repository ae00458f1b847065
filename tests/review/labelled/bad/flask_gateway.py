import os

import grpc
from flask import Flask, jsonify, request

import shapes_pb2
import shapes_pb2_grpc
from pictures import Fetcher

app = Flask(__name__)
channel = grpc.insecure_channel(os.environ["SHAPES"])
stub = shapes_pb2_grpc.ShapeServiceStub(channel)
fetcher = Fetcher(size=(64, 64))


def shape_at(address):
    picture = fetcher.from_url(address)
    return stub.Predict(shapes_pb2.Picture(data=picture), timeout=5)


@app.route("/shape", methods=["POST"])
def shape():
    body = request.get_json()
    return jsonify({"shape": shape_at(body["address"]).name})
