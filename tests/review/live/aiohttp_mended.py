import asyncio
import json
import logging
import math
import pickle

from aiohttp import web

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("iris")
count = {"ok": 0}


def load_model():
    try:
        with open("model.pkl", "rb") as source:
            # mundap: ignore[unsafe-deserialization] 배포 과정에서 서명을 확인한 파일만 놓인다
            return pickle.load(source)
    except (OSError, pickle.UnpicklingError) as error:
        log.error("model could not be loaded: %s", error)
        return None


def refuse(reason, status=400):
    return web.json_response({"error": reason}, status=status)


async def predict(request):
    model = request.app["model"]
    try:
        data = json.loads(await request.text())
    except (ValueError, RecursionError):
        return refuse("body is no JSON")
    if not isinstance(data, dict) or "features" not in data:
        return refuse("features is missing")
    features = data["features"]
    if not isinstance(features, list) or len(features) != 4:
        return refuse("features must be 4 numbers")
    if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in features):
        return refuse("features must be finite numbers")
    if model is None:
        return refuse("model is not loaded", 503)
    try:
        value = await asyncio.get_running_loop().run_in_executor(None, model.predict, [features])
    except Exception:
        log.exception("prediction failed")
        return refuse("internal error", 500)
    count["ok"] += 1
    return web.json_response({"prediction": int(value[0]), "model_version": "1.0.0"})


async def health(request):
    return web.json_response({"status": "ok"})


async def ready(request):
    return web.json_response({"ready": True}) if request.app["model"] else refuse("not ready", 503)


async def metrics(request):
    return web.Response(text="model_predictions_total %d\n" % count["ok"])


def make_app():
    app = web.Application(client_max_size=64 * 1024)
    app["model"] = load_model()
    app.router.add_post("/predict", predict)
    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", metrics)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=8080)
