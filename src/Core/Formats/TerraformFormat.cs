using Basewatch.Core.Formats.Hcl;
using Basewatch.Core.Formats.Helm;

namespace Basewatch.Core.Formats;

/// <summary>
/// Terraform, OpenTofu and Terragrunt: images of resources of the usual providers, of modules' inputs and of Helm releases.
/// Variables and locals of the folder are followed, and edited where they are written; a value that no use of the folder
/// shows is a use of its own where it plainly is an image.
/// </summary>
public sealed class TerraformFormat : IFormat
{
    /// <summary>Folders of that many characters and more are nobody's: whether a value is used elsewhere is not looked up there.</summary>
    private const int MostSearched = 4 * 1024 * 1024;

    private static readonly System.Buffers.SearchValues<char> OfRanges = System.Buffers.SearchValues.Create("~^<>=*, ");

    /// <summary>What these call an image is the disk of a machine, or is made here.</summary>
    private static readonly string[] WithoutImages =
    [
        "lxd_", "incus_", "proxmox_", "libvirt_", "openstack_", "vsphere_", "multipass_", "google_compute_", "oci_", "hcloud_", "vultr_", "linode_", "scaleway_instance",
        "docker_registry_image", "docker_tag", "docker_plugin", "kubernetes_config_map", "kubernetes_secret", "azurerm_linux_virtual_machine", "azurerm_windows_virtual_machine",
    ];

    /// <inheritdoc/>
    public string Name => "terraform";

    /// <inheritdoc/>
    public string Finds => "images of `docker_*`, `kubernetes_*`, `helm_release`, `azurerm_*`, `azapi_*`, `aws_*`, `google_*`, `nomad_job` and other resources, of modules' inputs, in variables, locals and `*.tfvars`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{tf,tofu,tfvars}", "*.{tf,tofu,tfvars}.json", "terragrunt.hcl"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings { get; } = ["*.tf", "*.tofu", "*.tf.json", "*.tofu.json", "*.tfvars", "*.tfvars.json"];

    /// <summary>Copies of modules from elsewhere.</summary>
    public bool Excludes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Contains(".terraform/", StringComparison.Ordinal) || path.Contains(".terragrunt-cache/", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("mage"u8) >= 0 || bytes.IndexOf("oci://"u8) >= 0 || bytes.IndexOf("cloudbuild"u8) >= 0 || bytes.IndexOf("DOCKER|"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var document = HclDocument.Read(file);
        var scope = HclFolder.Scope(file, document, IsValues, IsAlwaysRead);
        var uses = new UseList(file, Name);
        var isValues = IsValues(file.Name.ToString());
        if (!isValues)
        {
            ReadBlocks(file, document, scope, uses);
        }

        ReadValues(file, document, scope, uses, isValues);
        var matters = document.Root.Members.Any(m => m.Key is "resource" or "module" or "data" or "variable" or "locals" or "inputs") && !isValues;
        return uses.ToReading(matters ? document.Problem : null);
    }

    private static bool IsValues(string name) => name.EndsWith(".tfvars", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tfvars.json", StringComparison.OrdinalIgnoreCase);

    private static bool IsAlwaysRead(string name) =>
        name is "terraform.tfvars" or "terraform.tfvars.json" || name.EndsWith(".auto.tfvars", StringComparison.Ordinal) || name.EndsWith(".auto.tfvars.json", StringComparison.Ordinal);

    private static void ReadBlocks(SourceFile file, HclDocument document, HclScope scope, UseList uses)
    {
        foreach (var member in document.Root.Members)
        {
            switch (member)
            {
                case { Key: "resource", Labels: [var type, _], Value: HclObject body } when !WithoutImages.Any(w => type.StartsWith(w, StringComparison.Ordinal)):
                    ReadResource(file, type, body, scope, uses);
                    break;
                case { Key: "data", Labels: ["docker_registry_image" or "docker_image", _], Value: HclObject body } when body["name"] is { } name:
                    new ImageWalk(file, uses, scope).Consider(name, Proof.Place);
                    break;
                case { Key: "data", Labels: ["helm_template", _], Value: HclObject body }:
                    ReadHelmRelease(file, body, scope, uses);
                    break;
                case { Key: "module", Labels: [_], Value: HclObject body }:
                    new ImageWalk(file, uses, scope).Run(body);
                    break;
                case { Key: "inputs", Labels: [] }:
                    new ImageWalk(file, uses, scope).Run(member.Value);
                    break;
            }
        }
    }

    private static void ReadResource(SourceFile file, string type, HclObject body, HclScope scope, UseList uses)
    {
        var walk = new ImageWalk(file, uses, scope);
        switch (type)
        {
            case "docker_image":
                if (body["name"] is { } name)
                {
                    walk.Consider(name, Proof.Place, body.Objects("build").Any() ? Reasons.BuiltHere : null);
                }

                break;
            case "docker_container":
                if (body["image"] is { } image)
                {
                    walk.Consider(image, Proof.Place);
                }

                break;
            case "aws_lambda_function" when body["image_uri"] is { } uri:
                walk.Consider(uri, Proof.Place);
                break;
            case "aws_apprunner_service":
                foreach (var repository in body.Objects("source_configuration").SelectMany(s => s.Objects("image_repository")))
                {
                    if (repository["image_identifier"] is { } identifier)
                    {
                        walk.Consider(identifier, Proof.Place);
                    }
                }

                break;
            case "google_cloudbuild_trigger":
                foreach (var step in body.Objects("build").SelectMany(b => b.Objects("step")))
                {
                    if (step["name"] is { } builder)
                    {
                        walk.Consider(builder, Proof.Place);
                    }
                }

                break;
            case "nomad_job" when body["jobspec"] is HclTemplate job:
                var written = scope.Render(job);
                NomadFormat.Read(HclDocument.Read(file, written).Root, new ImageWalk(file, uses, HclScope.Empty));
                break;
            case "digitalocean_app":
                ReadDigitalOceanApp(body, scope, walk);
                break;
            case "helm_release":
                ReadHelmRelease(file, body, scope, uses);
                break;
            default:
                if (body.Objects("site_config").Any())
                {
                    ReadWebApp(body, scope, walk);
                }
                else
                {
                    walk.Run(body);
                }

                break;
        }
    }

    /// <summary>Azure's apps for the web and functions: <see href="https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/linux_web_app#application_stack"/></summary>
    private static void ReadWebApp(HclObject body, HclScope scope, ImageWalk walk)
    {
        foreach (var site in body.Objects("site_config"))
        {
            foreach (var key in (ReadOnlySpan<string>)["linux_fx_version", "windows_fx_version"])
            {
                if (site[key] is { } value && scope.Text(value) is { } text && text.Text.Value.StartsWith("DOCKER|", StringComparison.OrdinalIgnoreCase))
                {
                    walk.Add(text with { Text = text.Text.Slice("DOCKER|".Length..) }, value);
                }
            }

            foreach (var stack in site.Objects("application_stack"))
            {
                AddParts(stack["docker_registry_url"], stack["docker_image_name"], null);
                AddParts(null, stack["docker_image"], stack["docker_image_tag"]);
                AddParts(stack["docker_container_registry"], stack["docker_container_name"], stack["docker_container_tag"]);
                foreach (var docker in stack.Objects("docker"))
                {
                    AddParts(docker["registry_url"], docker["image_name"], docker["image_tag"]);
                }
            }
        }

        void AddParts(HclNode? url, HclNode? name, HclNode? tag)
        {
            if (name is null || scope.Text(name) is not { Text.Value.Length: > 0 } image)
            {
                return;
            }

            var registry = url is null ? null : scope.Text(url);
            if (registry is { Unknown: null, Text.Value: var address })
            {
                var from = address.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0;
                var slash = address.IndexOf('/', from);
                registry = registry with { Text = registry.Text.Slice(from..(slash < 0 ? address.Length : slash)) };
                registry = image.Text.Value.StartsWith(registry.Text.Value + "/", StringComparison.OrdinalIgnoreCase) ? null : registry;
            }

            if (registry is null && tag is null)
            {
                walk.Add(image, name);
            }
            else
            {
                walk.Add(registry, image, tag is null ? null : scope.Text(tag), null, name, pinnable: tag is null && image.IsPinnable);
            }
        }
    }

    private static void ReadDigitalOceanApp(HclObject body, HclScope scope, ImageWalk walk)
    {
        foreach (var image in body.Objects("spec").SelectMany(s => s.Members).Select(m => m.Value).OfType<HclObject>().SelectMany(c => c.Objects("image")))
        {
            if (image["repository"] is not { } node || scope.Text(node) is not { } repository || image["registry_type"] is not { } type || scope.Text(type) is not { Unknown: null, Text.Value: var kind })
            {
                continue;
            }

            var owner = image["registry"] is { } registry ? scope.Text(registry) : null;
            var host = kind switch { "DOCKER_HUB" => "docker.io", "GHCR" => "ghcr.io", _ => null };
            var name = host is null ? repository with { Unknown = "the registry of the account holds it" }
                : repository with { Text = WrittenText.Join(owner is null ? [WrittenText.Unplaced(host + "/"), repository.Text] : [WrittenText.Unplaced(host + "/"), owner.Text, WrittenText.Unplaced("/"), repository.Text]), Unknown = repository.Unknown ?? owner?.Unknown };
            walk.Add(null, name, image["tag"] is { } tag ? scope.Text(tag) : null, image["digest"] is { } digest ? scope.Text(digest) : null, node);
        }
    }

    private static void ReadHelmRelease(SourceFile file, HclObject body, HclScope scope, UseList uses)
    {
        ReadChart(body, scope, uses);
        var walk = new ImageWalk(file, uses, scope) { IsHelm = true };
        if (body["values"] is { } values)
        {
            walk.Run(values, "values");
        }

        // --set, one pair a block: a tree again.
        var root = new HclObject(body.Start);
        var made = new Dictionary<string, HclObject>(StringComparer.Ordinal);
        foreach (var pair in body.Objects("set").Concat(body.Objects("set_sensitive")))
        {
            if (pair["name"] is not { } name || scope.Text(name) is not { Unknown: null, Text.Value: var path } || pair["value"] is not { } value)
            {
                continue;
            }

            var parts = path.Split('.', 16);
            var (parent, prefix) = (root, "");
            for (var i = 0; i < parts.Length - 1; i++)
            {
                prefix += "." + parts[i];
                if (!made.TryGetValue(prefix, out var child))
                {
                    made[prefix] = child = new HclObject(value.Start);
                    parent.Members.Add(new HclMember(parts[i], [], child));
                }

                parent = child;
            }

            parent.Members.Add(new HclMember(parts[^1], [], value));
        }

        walk.Run(root);
    }

    /// <summary>A chart from a registry is an artifact with a tag, though none of an image: its version is the tag.</summary>
    private static void ReadChart(HclObject body, HclScope scope, UseList uses)
    {
        if (body["chart"] is not { } chart || scope.Text(chart) is not { } name)
        {
            return;
        }

        var repository = body["repository"] is { } node ? scope.Text(node) : null;
        var isWhole = name.Text.Value.StartsWith(OciChart.Scheme, StringComparison.OrdinalIgnoreCase);
        if (!isWhole && repository?.Text.Value.StartsWith(OciChart.Scheme, StringComparison.OrdinalIgnoreCase) != true)
        {
            return;
        }

        var address = isWhole ? name.Text.Slice(OciChart.Scheme.Length..)
            : WrittenText.Join([repository!.Text.Slice(OciChart.Scheme.Length..Math.Max(OciChart.Scheme.Length, repository.Text.Value.TrimEnd('/').Length)), WrittenText.Unplaced("/"), name.Text]);
        var version = body["version"] is { } v ? scope.Text(v) : null;
        var unknown = name.Unknown ?? (isWhole ? null : repository!.Unknown) ?? version?.Unknown
            ?? (version is null ? "it has no version: the newest chart is taken" : null)
            ?? (version!.Text.Value.AsSpan().ContainsAny(OfRanges) ? "it has a range of versions" : null);
        uses.Add(new ReferenceParts(null, address, version?.Text, null).Join(), (isWhole ? chart : body["repository"]!).Start, skip: unknown, pinnable: false);
    }

    /// <summary>Values that no use of the folder shows, where they plainly are images.</summary>
    private static void ReadValues(SourceFile file, HclDocument document, HclScope scope, UseList uses, bool isValues)
    {
        var own = new UseList(file, "terraform");
        var walk = new ImageWalk(file, own, scope) { IsStrict = true };
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in document.Root.Members)
        {
            if (isValues && member.Labels.Count == 0)
            {
                Walk(member.Key, member.Value);
            }
            else if (member is { Key: "variable", Labels: [var name], Value: HclObject variable } && variable["default"] is { } value)
            {
                Walk(name, value);
            }
            else if (member is { Key: "locals", Labels: [], Value: HclObject locals })
            {
                foreach (var local in locals.Members)
                {
                    Walk(local.Key, local.Value);
                }
            }
        }

        if (own.Count == 0)
        {
            return;
        }

        var taken = uses.Places.ToHashSet();
        var searched = 0;
        foreach (var sibling in file.Siblings.Where(s => !IsValues(s.Name.ToString()) && s.Parsed(Words.Of).Overlaps(names)))
        {
            searched += sibling.Text.Length;
            if (searched > MostSearched)
            {
                return;
            }

            // As it is read for itself, with this file beside it.
            IReadOnlyList<SourceFile> siblings = [.. file.Siblings.Where(s => s.Path != sibling.Path), new SourceFile(file.Path, file.Text)];
            var other = new SourceFile(sibling.Path, sibling.Text, siblings);
            var read = HclDocument.Read(sibling);
            var found = new UseList(other, "terraform");
            ReadBlocks(other, read, HclFolder.Scope(other, read, IsValues, IsAlwaysRead), found);
            taken.UnionWith(found.Places.Where(p => p.Path == file.Path).Select(p => p with { Path = null }));
        }

        foreach (var use in own.ToReading().Uses.Where(u => !u.Written.Spans.Any(s => s.Path is not null || taken.Any(t => t.Path is null && t.Start < s.End && s.Start < t.End))))
        {
            uses.Add(use);
        }

        void Walk(string name, HclNode value)
        {
            names.Add(name);
            walk.Run(value, name, name.Contains("container", StringComparison.OrdinalIgnoreCase));
        }
    }

    /// <summary>The names in a file: whether it may use a value of another is asked for each of those.</summary>
    private sealed class Words
    {
        private readonly HashSet<string> _words = new(StringComparer.Ordinal);

        public static Words Of(SourceFile file)
        {
            var words = new Words();
            var known = words._words.GetAlternateLookup<ReadOnlySpan<char>>();
            var text = file.Text.AsSpan();
            for (var at = 0; at < text.Length; at++)
            {
                var start = at;
                while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-'))
                {
                    at++;
                }

                if (at > start)
                {
                    known.Add(text[start..at]);
                }
            }

            return words;
        }

        public bool Overlaps(HashSet<string> names) => names.Count < _words.Count ? _words.Overlaps(names) : names.Overlaps(_words);
    }
}
