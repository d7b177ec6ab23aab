using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Terraform, Nomad, Packer and Bake files made up.</summary>
internal static class GeneratedHclFiles
{
    private static readonly Gen<Part> Resource = Gen.OneOf(
        Reference.Select(r => new Part("", $"resource \"docker_image\" \"@\" {{\n  name = \"{r}\" # image = \"no:1\"\n}}\n", [r])),
        Reference.Select(r => new Part("", $"resource \"docker_container\" \"@\" {{ image = \"{r}\" }}\n", [r])),
        Reference.Select(r => new Part("", $"resource \"docker_container\" \"@\" {{\n  image = local.@\n  name  = \"é😀$${{no}}\"\n}}\nlocals {{\n  @ = \"{r}\"\n}}\n", [r])),
        Reference.Select(r => new Part("", $"variable \"@\" {{\n  default = {{ a = \"{r}\" }}\n}}\nresource \"docker_container\" \"@\" {{\n  image = \"${{var.@[\"a\"]}}\"\n}}\n", [r])),
        Reference.Select(r => new Part("", $"resource \"aws_ecs_task_definition\" \"@\" {{\n  container_definitions = jsonencode([{{ \"image\" : \"{r}\", cpu = 1 + 2 }}])\n}}\n", [r])),
        Reference.Select(r => new Part("", $"resource \"kubernetes_manifest\" \"@\" {{\n  manifest = yamldecode(<<-EOT\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n        - image: \"{r}\"\n    EOT\n  )\n}}\n", [r])),
        Reference.Select(r => new Part("", $"/* image = \"{r}\" */\noutput \"@\" {{\n  image = \"{r}\"\n}}\n", [])));

    private static readonly Gen<Part> Task = Gen.OneOf(
        Reference.Select(r => new Part("", $"job \"@\" {{\n  group \"b\" {{\n    task \"@\" {{\n      driver = \"docker\"\n      config {{\n        image = \"{r}\"\n      }}\n    }}\n  }}\n}}\n", [r])),
        Reference.Select(r => new Part("", $"job \"@\" {{\n  group \"b\" {{\n    task \"@\" {{\n      driver = \"podman\"\n      config {{ image = \"docker://{r}\" }}\n    }}\n  }}\n}}\n", [r])),
        Reference.Select(r => new Part("", $"job \"@\" {{\n  group \"b\" {{\n    task \"@\" {{\n      driver = \"exec\"\n      config {{ image = \"{r}\" }}\n    }}\n  }}\n}}\n", [])));

    private static readonly Gen<Part> Target = Gen.OneOf(
        Reference.Select(r => new Part("", $"target \"@\" {{\n  contexts = {{\n    base = \"docker-image://{r}\"\n    b    = \"target:x\"\n  }}\n}}\n", [r])),
        Reference.Select(r => new Part("", $"variable \"@\" {{ default = \"{r}\" }}\ntarget \"t@\" {{\n  contexts = {{ base = \"docker-image://${{@}}\" }}\n}}\n", [r])),
        Reference.Select(r => new Part("", $"target \"@\" {{\n  tags = [\"{r}\"]\n}}\n", [])));

    private static readonly Gen<Part> Pull = Gen.OneOf(
        Reference.Select(r => new Part("", $"oci.pull(name = \"@\", image = \"{r}\")\n", [r])),
        Reference.Select(r => new Part("", $"oci.pull(\n    name = '@', # image = \"no:1\"\n    image = '{r}',\n)\n", [r])),
        Reference.Select(r => new Part("", $"\"\"\"\noci.pull(name = \"@\", image = \"{r}\")\n\"\"\"\n", [])));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("terraform", Of("infra/main.tf", Resource, "", "terraform {}\n")),
        ("nomad", Of("jobs/web.nomad.hcl", Task, "", "# jobs\n")),
        ("docker-bake", Of("docker-bake.hcl", Target, "", "group \"default\" { targets = [] }\n")),
        ("packer", Of("base.pkr.hcl", Reference.Select(r => new Part("", $"source \"docker\" \"@\" {{\n  image = \"{r}\"\n}}\n", [r])), "", "packer {}\n")),
        ("bazel", Of("MODULE.bazel", Pull, "", "oci = use_extension(\"@rules_oci//oci:extensions.bzl\", \"oci\")\n")),
    ];
}
