FROM python:3.13-slim AS builder
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev

FROM python:3.13-slim
WORKDIR /app
RUN useradd --create-home --uid 10001 service
COPY --from=builder /app/.venv /app/.venv
COPY src ./src
USER service
EXPOSE 8000
HEALTHCHECK --interval=30s CMD ["/app/.venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"]
CMD ["/app/.venv/bin/uvicorn", "src.app:app", "--host", "0.0.0.0"]
