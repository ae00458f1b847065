"""Routes of the link service: the application, its health and its metrics are set up elsewhere."""
import json
import logging

import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Request, status
from fastapi.responses import JSONResponse

from links.api.security import require_api_key
from links.domain import LinkRequest, LinkResponse, TooManyTargetsError, UnknownNodeError
from links.records import build_record

log = logging.getLogger("links.api")
router = APIRouter(prefix="/v1", dependencies=[Depends(require_api_key)])


@router.post("/link", response_model=LinkResponse)
def link(request: Request, body: LinkRequest) -> LinkResponse:
    service = request.app.state.links
    try:
        answer = service.predict(body)
    except (UnknownNodeError, TooManyTargetsError) as refused:
        raise HTTPException(
            status_code=status.HTTP_422_UNPROCESSABLE_ENTITY, detail=str(refused)
        ) from refused
    except Exception as failure:
        log.exception("prediction failed")
        raise HTTPException(status_code=500, detail="prediction failed") from failure
    record = build_record(body.nodes, answer)
    log.info("served", extra={"record": record.id, "rows": record.rows})
    return LinkResponse(score=answer.score, model_version=service.version)


@router.post("/forward")
async def forward(request: Request, body: LinkRequest):
    reply = await request.app.state.http_client.post(
        f"{request.app.state.upstream}/v1/link", json=body.model_dump(), timeout=5.0
    )
    if reply.status_code != 200:
        log.error("upstream answered %d: %s", reply.status_code, reply.text)
        raise HTTPException(status_code=502, detail="upstream failed")
    return reply.json()


async def unexpected(request: Request, failure: Exception):
    log.exception("unexpected")
    return JSONResponse(status_code=500, content={"type": type(failure).__name__})


class ArrayEncoder(json.JSONEncoder):
    def default(self, value):
        return value.tolist() if isinstance(value, np.ndarray) else super().default(value)
