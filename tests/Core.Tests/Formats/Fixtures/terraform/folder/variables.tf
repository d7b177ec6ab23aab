variable "web_image" {
  default = "nginx:1.25"
}
variable "api_tag" { default = "1.0" }
variable "spare_image" {
  default = "ghcr.io/example/spare:3"
}
variable "nowhere" {}
variable "images" {
  default = {
    one = "redis:7"
    two = { repository = "postgres", tag = "16" }
    ami = "ami-0abcdef"
  }
}
locals {
  registry = "ghcr.io/example"
}
