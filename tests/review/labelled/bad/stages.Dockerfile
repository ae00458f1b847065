FROM node AS web
RUN npm ci && npm run build

FROM python:3.12-slim
ARG GITHUB_TOKEN
COPY .env /app/.env
RUN pip install --no-cache-dir torch transformers==4.44.0
COPY --from=web /dist /app/static
USER app
ENTRYPOINT ["gunicorn", "app:app", "-k", "uvicorn.workers.UvicornWorker"]
