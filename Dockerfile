# condemu in a container: starts without arguments, as nobody in particular, on a root file system that may be read-only.
# /tmp is a volume because bodies that outgrow memory go there.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS build
# For networks with a package index or a certificate of their own.
ARG PIP_INDEX_URL
ARG PIP_CERT
WORKDIR /src
RUN python3 -m venv /opt/condemu
COPY pyproject.toml README.md LICENSE ./
COPY condemu condemu
COPY conformance conformance
RUN /opt/condemu/bin/python -m pip install --no-cache-dir '.[postgresql]' \
 && /opt/condemu/bin/python -m pip uninstall --yes --quiet pip \
 && find /opt/condemu -name '*.pyi' -delete

FROM ${BASE}
COPY --from=build /opt/condemu /opt/condemu
ENV PATH=/opt/condemu/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONDEMU_HOST=0.0.0.0
WORKDIR /tmp
VOLUME /tmp
USER 10001:10001
EXPOSE 4566
# Ready is also that the scripts of /etc/condemu/init/ready.d have run, for which there is a minute.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["condemu", "health", "--ready"]
ENTRYPOINT ["condemu"]
CMD ["serve"]
