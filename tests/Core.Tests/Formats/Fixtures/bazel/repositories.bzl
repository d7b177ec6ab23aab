load("@rules_oci//oci:pull.bzl", _oci_pull = "oci_pull")

def oci_pull(name, image = "no:1"):
    maybe(_oci_pull, name = name, image = image)

def repositories():
    maybe(
        _oci_pull,
        name = "base",
        image = "gcr.io/distroless/base:latest",
        digest = "",
    )
