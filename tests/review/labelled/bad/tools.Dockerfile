FROM python:3.12-slim
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY pyproject.toml .
RUN uv sync --no-cache
COPY src ./src
USER 1000
HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://localhost:8000/health')"
CMD ["uv", "run", "uvicorn", "src.app:app", "--host", "0.0.0.0"]
