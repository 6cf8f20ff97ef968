# Pages, API and CDS Hooks in a container that needs no write access: see docs/web.md.
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/opt/equipoise
RUN pip install uv==0.13.9
WORKDIR /build
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY LICENSES LICENSES
COPY src src
COPY evidence evidence
COPY chapters chapters
RUN uv sync --locked --no-dev --extra web --no-editable

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 equipoise && useradd --system --uid 10001 --gid equipoise --no-create-home --shell /usr/sbin/nologin equipoise
COPY --from=build /opt/equipoise /opt/equipoise
ENV PATH=/opt/equipoise/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OPENBLAS_NUM_THREADS=1
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as ask; ask.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["equipoise", "serve", "--host", "0.0.0.0", "--port", "8000"]
CMD ["--workers", "2"]
