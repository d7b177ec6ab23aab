variable "release" {
  default = "24.04"
}

source "docker" "base" {
  image  = "ubuntu:${var.release}"
  commit = true
}

source "docker" "pinned" {
  image = "debian:12.7"
}

source "amazon-ebs" "vm" {
  source_ami = "ami-0abcdef"
}
