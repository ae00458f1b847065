import pickle

from tornado import autoreload
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler


class Score(RequestHandler):
    def initialize(self, model):
        self.model = model

    def post(self):
        rows = [float(self.get_argument("x"))]
        self.write({"score": self.model.predict([rows])[0]})


def main():
    with open("score.pkl", "rb") as f:
        model = pickle.load(f)
    Application([("/score", Score, {"model": model})]).listen(8000)
    autoreload.start()
    IOLoop.current().start()


if __name__ == "__main__":
    main()
