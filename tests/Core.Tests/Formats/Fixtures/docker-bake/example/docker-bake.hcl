variable "ALPINE" {
  default = "3.20"
}

target "app" {
  tags = ["example/app:latest"]
  contexts = {
    base   = "docker-image://alpine:${ALPINE}"
    golang = "docker-image://golang:1.23"
    src    = "https://github.com/example/app.git"
  }
  args = {
    RUNTIME_IMAGE = "gcr.io/distroless/static-debian12:nonroot"
    GO_VERSION    = "1.23"
  }
}

target "tools" {
  dockerfile-inline = <<EOT
FROM node:22-alpine
COPY --from=hadolint/hadolint:v2.12.0 /bin/hadolint /bin/
EOT
}
