# image = "no:1"
/* image = "no:2"
*/ resource "docker_container" "a" {
  image = "a:1" // image = "no:3"
}
resource docker_container b { image = "b:1" }
resource "docker_container" "c" {
  image = var.debug ? "c:debug" : "c:1.0"
}
resource "docker_container" "d" {
  image = format("%s:%s", "d", "1.2")
}
resource "docker_container" "e" {
  image = "e:$${no}"
}
resource "docker_image" "built" {
  name = "mine:1"
  build { context = "." }
}
resource "nomad_job" "n" {
  jobspec = <<EOT
job "x" {
  group "g" {
    task "t" {
      driver = "docker"
      config { image = "nomad:1" }
    }
  }
}
EOT
}
resource "aws_ecs_task_definition" "h" {
  container_definitions = <<JSON
[{"image": "heredoc:1", "name": "x"}, {"image": "${aws_ecr_repository.x.url}:1"}]
JSON
}
resource "aws_lambda_function" "f" {
  image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/f:1"
}
resource "google_cloud_run_v2_service" "r" {
  template { containers { image = "gcr.io/cloudrun/hello" } }
}
resource "google_compute_instance" "vm" {
  boot_disk { initialize_params { image = "debian-cloud/debian-12:1" } }
}
resource "digitalocean_app" "d" {
  spec {
    service {
      image {
        registry_type = "DOCKER_HUB"
        registry      = "library"
        repository    = "nginx"
        tag           = "1.26"
      }
    }
  }
}
resource "docker_service" "s" {
  task_spec {
    container_spec { image = "repo.example.com:8080/s:v1" }
  }
}
module "m" {
  image_repository = "ghcr.io/example/m"
  image_tag        = 1.5
  vm_image         = "ubuntu:22.04"
  title            = "a:b"
}
