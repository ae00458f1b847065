"""The application put together from routers of other modules."""
import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse

from readmission.api import errors, routes
from readmission.config import get_settings
from readmission.store import get_store

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI):
    try:
        get_store().load()
    except Exception:
        log.exception("no model yet: /health/ready answers 503 until there is one")
    yield


def create_app() -> FastAPI:
    settings = get_settings()
    app = FastAPI(title="Readmission", lifespan=lifespan)
    app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_methods=["POST"])
    errors.register(app)
    app.include_router(routes.health)
    app.include_router(routes.predict)

    @app.get("/", include_in_schema=False)
    async def index() -> FileResponse:
        return FileResponse(settings.page)

    return app


app = create_app()
