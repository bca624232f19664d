# syntax=docker/dockerfile:1.17
# One image for all programs: sidecar, operator, injector, backend. No shell and no package manager; what is in it says
# test/tools/image-root.mjs, and a test starts a sidecar from the same files.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ARG SOURCE_DATE_EPOCH=0
RUN npm run build && node test/tools/image-root.mjs /image

FROM scratch
COPY --from=build /image/ /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Sidelight" \
      org.opencontainers.image.description="A Dapr-compatible sidecar you can see through: every call is a span and a metric." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENV PATH=/usr/bin NODE_ENV=production HOME=/home/nonroot
WORKDIR /sidelight
USER 65532:65532
# Kubernetes probes by itself.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/bin/node", "/sidelight/dist/cli/sidelight.js"]
