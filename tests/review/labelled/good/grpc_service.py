import logging
import signal
import time
from concurrent import futures

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from prometheus_client import Counter, Histogram, start_http_server

import scorer_pb2
import scorer_pb2_grpc
from auth import AuthInterceptor
from model import MODEL_VERSION, load

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("scorer")
CALLS = Counter("model_predictions_total", "calls", ["outcome"])
SECONDS = Histogram("model_prediction_duration_seconds", "latency")


class Scorer(scorer_pb2_grpc.ScorerServicer):
    def __init__(self, model):
        self.model = model

    def Score(self, request, context):
        if len(request.values) != 4:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "4 values are needed")
        begun = time.perf_counter()
        try:
            value = self.model.predict([list(request.values)])[0]
        except Exception:
            log.exception("prediction failed")
            context.abort(grpc.StatusCode.INTERNAL, "prediction failed")
        SECONDS.observe(time.perf_counter() - begun)
        CALLS.labels("ok").inc()
        return scorer_pb2.Answer(value=float(value), model_version=MODEL_VERSION)


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(8), interceptors=[AuthInterceptor()])
    scorer_pb2_grpc.add_ScorerServicer_to_server(Scorer(load()), server)
    health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
    server.add_insecure_port("[::]:50051")
    start_http_server(9090)
    server.start()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(grace=20))
    server.wait_for_termination()
