import logging

import bentoml
from pydantic import BaseModel, Field

log = logging.getLogger("bentoml")


class Row(BaseModel):
    values: list[float] = Field(max_length=16)


@bentoml.service(resources={"cpu": "2"}, traffic={"timeout": 10})
class Iris:
    model_ref = bentoml.models.get("iris:v7")

    def __init__(self):
        try:
            self.model = bentoml.sklearn.load_model(self.model_ref)
        except Exception:
            log.exception("model could not be loaded")
            raise

    @bentoml.api
    def classify(self, row: Row, api_key: str) -> dict:
        check_api_key(api_key)
        return {"label": int(self.model.predict([row.values])[0]), "model_version": "v7"}


def check_api_key(key):
    import hmac
    import os

    if not hmac.compare_digest(key, os.environ["API_KEY"]):
        raise bentoml.exceptions.BentoMLException("unauthorised")
