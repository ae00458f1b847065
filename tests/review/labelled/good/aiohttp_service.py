import asyncio
import json
import logging
from concurrent.futures import ProcessPoolExecutor

import jsonschema
from aiohttp import web
from aiohttp_prometheus import metrics_middleware

from .auth import require_token
from .model import load, predict_one

log = logging.getLogger(__name__)
SCHEMA = json.loads(open_schema := '{"type": "object", "required": ["x"]}')


@web.middleware
async def errors(request, handler):
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        log.exception("request failed")
        return web.json_response({"error": "internal error"}, status=500)


@require_token
async def predict(request):
    body = await request.json()
    jsonschema.validate(body, SCHEMA)
    pool = request.app["pool"]
    value = await asyncio.get_running_loop().run_in_executor(pool, predict_one, body["x"])
    return web.json_response({"value": value, "model_version": request.app["version"]})


async def ready(request):
    return web.json_response({"ready": request.app.get("model") is not None})


async def start(app):
    try:
        app["model"] = load()
    except OSError:
        log.exception("model could not be read")
    app["pool"] = ProcessPoolExecutor(2)


def make_app():
    app = web.Application(middlewares=[metrics_middleware, errors])
    app.on_startup.append(start)
    app.router.add_post("/predict", predict)
    app.router.add_get("/ready", ready)
    return app
