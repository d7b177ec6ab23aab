# renovate: datasource=docker depName=golang versioning=docker
GO_VERSION ?= 1.22.4
# renovate: datasource=docker depName=registry.k8s.io/kubectl

KUBECTL_VERSION := v1.30.2
# renovate: datasource=github-releases depName=golangci/golangci-lint
LINT_VERSION := v1.59.1
# renovate: datasource=docker packageName=acme/tool registryUrl=https://ghcr.io
TOOL_IMAGE = ghcr.io/acme/tool:1.0@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
# renovate: datasource=docker depName=acme/other extractVersion=^v(?<version>.*)$
OTHER_VERSION = 1.2
# renovate: datasource=docker depName=acme/computed
COMPUTED_VERSION = $(shell cat VERSION)
# renovate: datasource=docker depName=acme/commented
# COMMENTED_VERSION = 1.2
PLAIN = 1.3
# renovate: datasource=docker depName=redis
	docker pull redis:7.2.5-alpine
# basewatch: image=acme/nothing
all build
# renovate: datasource=docker depName=acme/word
word: build
# basewatch: image
nothing here
