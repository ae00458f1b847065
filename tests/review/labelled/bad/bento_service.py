import bentoml
import numpy as np
import requests
from bentoml.io import JSON, NumpyNdarray

runner = bentoml.sklearn.get("iris:latest").to_runner()
svc = bentoml.Service("iris", runners=[runner])


@svc.api(input=NumpyNdarray(), output=NumpyNdarray())
def classify(values: np.ndarray) -> np.ndarray:
    print("got", values.shape)
    return runner.predict.run(values)


@svc.api(input=JSON(), output=JSON())
def enrich(body):
    user = body["user"]
    answer = requests.post("http://features/v1", json={"user": user})
    return answer.json()
