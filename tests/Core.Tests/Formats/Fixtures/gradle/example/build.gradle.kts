tasks.named<BootBuildImage>("bootBuildImage") {
    imageName.set("ghcr.io/acme/shop")
    builder.set("paketobuildpacks/builder-jammy-tiny:0.0.200")
    runImage.set("paketobuildpacks/run-jammy-tiny:0.2.50")
    buildpacks.set(listOf("urn:cnb:builder:paketo-buildpacks/java", "docker.io/paketobuildpacks/java:15.0.0"))
}
