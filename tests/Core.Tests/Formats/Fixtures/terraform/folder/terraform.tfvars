# wins over the default
web_image = "nginx:1.27.1"
api_tag   = "1.4"
