resource "kubernetes_deployment" "app" {
  spec {
    template {
      spec {
        container {
          name              = "app"
          image             = "acme/app:1.0"
          image_pull_policy = "Never"
        }
      }
    }
  }
}
