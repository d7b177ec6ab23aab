resource "docker_image" "a" {
  name = "a:1
}
resource "docker_image" "b" {
  name = "b:1"
}
resource "docker_container" "%s" {
  image = "%s"
}
