web_image = "nginx:1.28"
region    = "westeurope:1"
