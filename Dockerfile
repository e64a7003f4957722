# Inlay: `docker build -t inlay .`. One image for servers and workers; its configuration and secrets come from outside.

FROM python:3.12-slim-bookworm AS build
WORKDIR /inlay
RUN python -m venv /venv
COPY pyproject.toml README.md ./
COPY app app
RUN /venv/bin/pip install --no-cache-dir -e '.[postgres,redis,rabbitmq]'

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin inlay
WORKDIR /inlay
COPY --from=build /venv /venv
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
# nobody may write here later: what starts would compile anew each time is compiled once, modules and templates
RUN python -m compileall -q app && python -c "from app.house import read_house; read_house()"
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
# `[server] port` of the image's example; readiness is the balancer's question, this one is whether to start it anew
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["inlay"]
CMD ["serve", "-c", "/etc/inlay/inlay.toml"]
