import json
import pickle
from http.server import BaseHTTPRequestHandler, HTTPServer

model = pickle.load(open("model.pkl", "rb"))


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        data = json.loads(self.rfile.read(length))
        prediction = model.predict([data["features"]])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"prediction": int(prediction[0])}).encode())


if __name__ == "__main__":
    HTTPServer(("", 8000), Handler).serve_forever()
