# The service in a container: docker build -t renewals . && docker run -v book:/data renewals
# With docker build --build-arg EXTRA=sentry faults can be reported to a Sentry ([monitoring] sentry_dsn).
# Tools that only the installation needs stay in the first stage.
FROM python:3.13-slim AS build
WORKDIR /app
ARG EXTRA=
COPY requirements.lock requirements-sentry.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes -r requirements.lock ${EXTRA:+-r requirements-$EXTRA.lock}
COPY LICENSE pyproject.toml ./
COPY scripts/install scripts/install
COPY bot bot
COPY handlers handlers
COPY messages messages
COPY scoring scoring
COPY storage storage
# Everything locked is there already; this adds the command and compiles.
RUN scripts/install python .venv requirements.lock

FROM python:3.13-slim
RUN groupadd --system --gid 10001 renewals \
    && useradd --system --uid 10001 --gid renewals --home-dir /data --no-create-home renewals \
    && install -d -o renewals -g renewals -m 0700 /data
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    RENEWALS_HTTP__HOST=0.0.0.0 \
    RENEWALS_HTTP__PORT=8080 \
    RENEWALS_LOG_FORMAT=json
USER 10001:10001
# Where renewals.toml is looked for, and renewals.db made unless it names another database.
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["renewals", "health"]
ENTRYPOINT ["renewals"]
CMD ["run"]
