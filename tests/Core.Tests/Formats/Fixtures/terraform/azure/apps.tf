resource "azurerm_container_app_job" "nightly" {
  template {
    container {
      image = "${azurerm_container_registry.main.login_server}/nightly:1.2"
    }
    init_container { image = "busybox:1" }
  }
}

resource "azurerm_container_group" "group" {
  dynamic "container" {
    for_each = var.containers
    content {
      image = container.value.image
    }
  }
  container {
    image = "nginx"
  }
}

resource "azurerm_linux_web_app_slot" "old" {
  site_config {
    application_stack {
      docker_image     = "appsvc/sample"
      docker_image_tag = "2.0"
    }
  }
}

resource "azurerm_linux_function_app" "function" {
  site_config {
    application_stack {
      docker {
        registry_url = "https://mcr.microsoft.com/"
        image_name   = "azure-functions/dotnet"
        image_tag    = "4.0"
      }
    }
  }
}

resource "azurerm_app_service" "classic" {
  site_config {
    linux_fx_version = "DOCKER|nginx:1.25"
  }
}

resource "azapi_resource" "app" {
  type = "Microsoft.App/containerApps@2024-03-01"
  body = jsonencode({
    properties = {
      template = {
        containers = [
          { image : "mcr.microsoft.com/dotnet/samples:aspnetapp", name : "web" },
        ]
      }
    }
  })
}

resource "azurerm_linux_virtual_machine" "vm" {
  source_image_reference {
    offer = "ubuntu-24_04-lts"
  }
}
