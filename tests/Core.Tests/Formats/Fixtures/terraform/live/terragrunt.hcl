terraform {
  source = "git::https://example.com/modules.git//app?ref=v1.2"
}

locals {
  tag = "4.5"
}

inputs = {
  image         = "ghcr.io/example/app:${local.tag}"
  sidecar_image = "envoyproxy/envoy:v1.31.0"
  name          = "app"
}
