import json
import pickle
from http.server import BaseHTTPRequestHandler, HTTPServer

with open("model.pkl", "rb") as source:
    model = pickle.load(source)


class Predict(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        label = model.predict([body["features"]])[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"label": str(label)}).encode())


HTTPServer(("", 8000), Predict).serve_forever()
