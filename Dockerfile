# openiads in a container, from the lock: docker build -t openiads .
# Without a network, once the base image is there and the lock's wheels lie in wheelhouse/ (docs/how-to/install.md):
#   docker build --network none --build-arg PIP_NO_INDEX=1 -t openiads .
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build

# 1 asks no package index.
ARG PIP_NO_INDEX=0
WORKDIR /source
# The pattern lets the folder be missing; what is named beside it lets the copy have something.
COPY requirements/run.txt wheelhous[e] wheelhouse/
RUN python -m venv /openiads
RUN /openiads/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --only-binary :all: --find-links wheelhouse -r wheelhouse/run.txt
COPY pyproject.toml README.md LICENSE THIRD-PARTY-LICENSES.txt ./
COPY tools/package_index.py tools/
COPY src src
RUN /openiads/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-index \
    --no-build-isolation .

FROM python:${PYTHON}-slim
COPY --from=build /openiads /openiads
# Compiled kernels depend on the processor, so they are made where the container runs; a volume keeps them.
RUN useradd --uid 1000 --create-home openiads && install -d -o openiads -g openiads /var/cache/openiads /data
ENV PATH=/openiads/bin:$PATH OPENIADS_CACHE=/var/cache/openiads PYTHONUNBUFFERED=1
USER openiads
WORKDIR /data
VOLUME ["/var/cache/openiads", "/data"]
CMD ["openiads", "--help"]
