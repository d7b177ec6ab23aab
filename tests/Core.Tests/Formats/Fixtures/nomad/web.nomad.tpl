job "[[ .name ]]" {
  [[ if .docker ]]
  group "web" {
    task "web" {
      driver = "docker"
      config {
        image = "nginx:[[ .tag ]]"
      }
    }
    task "side" {
      driver = "docker"
      config { image = "envoy:1.0" }
    }
  }
  [[ end ]]
}
