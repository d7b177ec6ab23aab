variable "redis_version" {
  default = "7.4"
}

job "cache" {
  group "cache" {
    task "redis" {
      driver = "docker"
      config {
        image = "redis:${var.redis_version}"
        ports = ["db"]
      }
    }

    task "exporter" {
      driver = "podman"
      config {
        image = "docker://quay.io/oliver006/redis_exporter:v1.62.0"
      }
    }

    task "script" {
      driver = "exec"
      config {
        command = "image"
      }
    }
  }
}
