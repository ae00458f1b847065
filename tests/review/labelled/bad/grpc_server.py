from concurrent import futures

import grpc
import joblib

import ranker_pb2
import ranker_pb2_grpc


class Ranker(ranker_pb2_grpc.RankerServicer):
    def __init__(self):
        self.model = joblib.load("ranker.joblib")

    def Rank(self, request, context):
        print("ranking", len(request.items))
        scores = self.model.predict([list(request.items)])
        return ranker_pb2.Scores(values=scores.tolist())


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    ranker_pb2_grpc.add_RankerServicer_to_server(Ranker(), server)
    server.add_insecure_port("[::]:50051")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve()
