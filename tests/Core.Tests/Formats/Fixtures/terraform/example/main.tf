resource "docker_image" "proxy" {
  name = "traefik:v3.1"
}

resource "docker_container" "proxy" {
  name  = "proxy"
  image = docker_image.proxy.image_id
}

resource "docker_container" "cache" {
  image = "redis:${var.redis_version}"
}

resource "kubernetes_deployment_v1" "web" {
  spec {
    template {
      spec {
        init_container {
          image = "busybox:1.36"
        }
        container {
          image = local.images["web"]
        }
      }
    }
  }
}

resource "helm_release" "metrics" {
  repository = "oci://registry-1.docker.io/bitnamicharts"
  chart      = "metrics-server"
  version    = "7.2.14"

  set {
    name  = "image.repository"
    value = "bitnami/metrics-server"
  }
  set {
    name  = "image.tag"
    value = "0.7.2"
  }

  values = [<<-EOT
    metricsProxy:
      image:
        registry: quay.io
        repository: brancz/kube-rbac-proxy
        tag: v0.18.1
  EOT
  ]
}

resource "azurerm_container_app" "api" {
  template {
    container {
      image = "mcr.microsoft.com/k8se/quickstart:latest"
    }
  }
}

resource "azurerm_linux_web_app" "site" {
  site_config {
    application_stack {
      docker_registry_url = "https://mcr.microsoft.com"
      docker_image_name   = "appsvc/staticsite:1.0"
    }
  }
}

resource "aws_ecs_task_definition" "job" {
  container_definitions = jsonencode([{ name = "job", image = "public.ecr.aws/docker/library/python:3.12" }])
}

module "worker" {
  source          = "./worker"
  container_image = "ghcr.io/example/worker:2.3.0"
}

locals {
  images = {
    web = "nginx:1.27"
  }
}

variable "redis_version" {
  default = "7.4"
}
