import json

import joblib
import tornado.ioloop
import tornado.web

model = joblib.load("model.joblib")


class PredictHandler(tornado.web.RequestHandler):
    def post(self):
        body = json.loads(self.request.body)
        row = body["row"]
        value = model.predict([row])[0]
        self.write({"value": float(value)})


def make_app():
    return tornado.web.Application([(r"/predict", PredictHandler)], debug=True)


if __name__ == "__main__":
    make_app().listen(8888)
    tornado.ioloop.IOLoop.current().start()
