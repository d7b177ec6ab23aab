#!/bin/sh
# basewatch: image
docker run --rm -v data:/data -p 8080:80 nginx:1.27.0 nginx -t
# basewatch: image
IMAGE="${IMAGE:-ghcr.io/acme/app:2.1}"
# basewatch: image=quay.io/prometheus/prometheus
PROMETHEUS_VERSION=v2.53.0
# renovate: datasource=docker depName=ghcr.io/acme/tool
TOOL_VERSION=1.4.2
TOOL_DIGEST=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
# basewatch: image
docker pull "$OTHER"
# basewatch: ignore
# basewatch: image
docker pull alpine:3.12
