/* basewatch: image=docker.io/grafana/grafana */
grafana_version = "11.0.0"
// renovate: datasource=docker depName=traefik
traefik = { tag = "v3.0.4" }
