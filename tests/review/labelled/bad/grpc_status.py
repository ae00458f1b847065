from concurrent import futures

import grpc

import price_pb2
import price_pb2_grpc
from prices import PRICES


class Prices(price_pb2_grpc.PricesServicer):
    def Predict(self, request, context):
        try:
            return price_pb2.Price(value=PRICES.predict(request.row))
        except Exception as error:
            return price_pb2.Price(value=0, message=str(error))


def main():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    price_pb2_grpc.add_PricesServicer_to_server(Prices(), server)
    server.add_insecure_port("[::]:50051")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
