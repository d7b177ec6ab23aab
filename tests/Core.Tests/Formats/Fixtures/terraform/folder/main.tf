resource "docker_container" "web" {
  image = var.web_image
}

resource "docker_container" "api" {
  image = "${local.registry}/api:${var.api_tag}"
}

resource "docker_container" "unknown" {
  image = var.nowhere
}

resource "kubernetes_manifest" "job" {
  manifest = yamldecode(<<-YAML
    apiVersion: batch/v1
    kind: Job
    spec:
      template:
        spec:
          containers:
            - image: perl:${var.api_tag}
            - image: "alpine:3.20" # pinned
    YAML
  )
}
