using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Ansible: images of container modules in tasks, handlers and playbooks, variables that plainly are images in defaults and
/// vars, platforms of Molecule (<see href="https://docs.ansible.com/ansible/latest/collections/community/docker/"/>).
/// </summary>
public sealed class AnsibleFormat : IFormat
{
    private static readonly string[] ImageEndings = ["image_name", "image"];

    /// <inheritdoc/>
    public string Name => "ansible";

    /// <inheritdoc/>
    public string Finds => "`image` of container modules in tasks, handlers and playbooks; `name` and `tag` of `docker_image` and `podman_image`; `*_image` and `*_image_version` among variables; `platforms` of Molecule";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } =
    [
        "{tasks,handlers,playbooks,defaults,vars,group_vars,host_vars}/**/*.{yml,yaml}", "*playbook*.{yml,yaml}", "{site,main}.{yml,yaml}", "molecule.{yml,yaml}", "molecule/**/*.{yml,yaml}",
    ];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var yaml = YamlStream.Read(file);
        var reading = new Reading(uses);
        foreach (var document in yaml.Documents)
        {
            if (file.Name.StartsWith("molecule.", StringComparison.OrdinalIgnoreCase) || (IsIn(file.Path, "molecule") && document is YamlMapping scenario && scenario.TryGet("platforms", out _)))
            {
                reading.ReadMolecule(document);
            }
            else if (document is YamlSequence tasks && (IsIn(file.Path, "tasks") || IsIn(file.Path, "handlers") || tasks.Items.Any(IsPlay)))
            {
                reading.ReadTasks(tasks);
            }
            else if (document is YamlMapping variables && (IsIn(file.Path, "defaults") || IsIn(file.Path, "vars") || IsIn(file.Path, "group_vars") || IsIn(file.Path, "host_vars"))
                && !variables.TryGet("apiVersion", out _))
            {
                reading.ReadVariables(variables);
            }
        }

        return uses.ToReading(uses.Count > 0 ? yaml.Problem : null);
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(folder + "/", StringComparison.Ordinal) || path.Contains("/" + folder + "/", StringComparison.Ordinal);

    private static bool IsPlay(YamlNode node) =>
        node.Target is YamlMapping play && play.TryGet("hosts", out _) && (play.TryGet("tasks", out _) || play.TryGet("roles", out _) || play.TryGet("handlers", out _) || play.TryGet("pre_tasks", out _) || play.TryGet("vars", out _));

    private sealed class Reading(UseList uses)
    {
        private readonly Dictionary<string, YamlScalar?> _variables = new(StringComparer.Ordinal);

        public void ReadTasks(YamlSequence tasks)
        {
            foreach (var (_, mapping) in YamlMerge.Mappings(tasks, static _ => true))
            {
                Declare(mapping.Mapping("vars"));
                Declare(mapping.Mapping("ansible.builtin.set_fact") ?? mapping.Mapping("set_fact"));
            }

            foreach (var (parent, mapping) in YamlMerge.Mappings(tasks, static _ => true))
            {
                var module = parent[(parent.LastIndexOf('.') + 1)..];
                if (module is "docker_image" or "podman_image" or "docker_image_pull")
                {
                    ReadImage(mapping);
                }
                else if (module is "vars" or "set_fact")
                {
                    ReadNames(mapping);
                }
                else if (mapping.Scalar("image") is { } image)
                {
                    var isContainer = module.Contains("docker", StringComparison.Ordinal) || module.Contains("podman", StringComparison.Ordinal) || module.Contains("container", StringComparison.Ordinal);
                    Add(image, isContainer);
                }
            }
        }

        public void ReadVariables(YamlMapping variables)
        {
            Declare(variables);
            foreach (var (_, mapping) in YamlMerge.Mappings(variables, static _ => true))
            {
                ReadNames(mapping);
            }
        }

        public void ReadMolecule(YamlNode document)
        {
            if (document is YamlMapping root && root.TryGet("platforms", out var platforms) && platforms is YamlSequence all
                && root.Mapping("driver")?.Scalar("name")?.Value is null or "docker" or "podman" or "containers" or "default" or "delegated")
            {
                foreach (var image in all.Mappings.Select(p => p.Scalar("image")).OfType<YamlScalar>().Where(i => !i.IsNull))
                {
                    if (image.Written is not { } written)
                    {
                        uses.Add(image);
                        continue;
                    }

                    // Molecule replaces variables as Compose does.
                    var expansion = VariableExpansion.Of(written, VariableSyntax.Compose, static _ => VariableValue.Unset);
                    _ = expansion.PartOfDigest(out var fits);
                    uses.Add(expansion.Problem is null ? expansion.Value : written, image.Start, skip: expansion.Problem, pinnable: fits);
                }
            }
        }

        /// <summary>Variables called an image, whole or with a version of its own.</summary>
        private void ReadNames(YamlMapping mapping)
        {
            foreach (var (key, value) in mapping.Named)
            {
                if (value is not YamlScalar scalar || scalar.IsNull || ImageEndings.FirstOrDefault(e => key == e || key.EndsWith("_" + e, StringComparison.Ordinal)) is not { } ending)
                {
                    continue;
                }

                var prefix = key[..^ending.Length];
                var tag = mapping.Scalar(prefix + "image_version") ?? mapping.Scalar(prefix + "image_tag")
                    ?? (scalar.Value.Contains('/', StringComparison.Ordinal) ? mapping.Scalar(prefix + "version") ?? mapping.Scalar(prefix + "tag") : null);
                if (ImageReference.TryParse(scalar.Value, out var known) && known is { Tag: null, Digest: null } && tag is { IsNull: false }
                    && scalar.Written is { } name && tag.Written is { } version && ExpandOf(version) is { } written)
                {
                    var whole = new ReferenceParts(null, name, written, null).Join();
                    if (ImageReference.TryParse(whole.Value, out _))
                    {
                        uses.Add(whole, scalar.Start, pinnable: false);
                    }
                }
                else if (PlainReference.Is(scalar.Value, Proof.Sure))
                {
                    uses.Add(scalar);
                }
                else if (scalar.Value.Contains("{{", StringComparison.Ordinal) && ending == "image")
                {
                    Add(scalar, isContainer: false);
                }
            }
        }

        private void ReadImage(YamlMapping mapping)
        {
            var isBuilt = mapping.TryGet("build", out _) || mapping.TryGet("path", out _) || mapping.TryGet("load_path", out _) || mapping.TryGet("archive_path", out _)
                || (mapping.Scalar("source")?.Value is { } source && source != "pull") || mapping.Scalar("state")?.Value is "absent" or "build" or "quadlet";
            if (isBuilt || mapping.Scalar("name") is not { IsNull: false } name)
            {
                return;
            }

            if (name.Written is { } repository && mapping.Scalar("tag") is { IsNull: false } tag && tag.Written is { } version
                && ExpandOf(repository) is { } known && ExpandOf(version) is { } knownVersion
                && ImageReference.TryParse(known.Value, out var reference) && reference is { Tag: null, Digest: null })
            {
                uses.Add(new ReferenceParts(null, known, knownVersion, null).Join(), name.Start, pinnable: false);
            }
            else
            {
                Add(name, isContainer: true);
            }
        }

        private void Add(YamlScalar image, bool isContainer)
        {
            if (image.IsNull || image.Value.Length == 0)
            {
                return;
            }

            if (image.Value.Contains("{{", StringComparison.Ordinal))
            {
                var expanded = image.Written is { } text ? ExpandOf(text) : null;
                if (expanded is null)
                {
                    uses.Add(image.Text, image.Start, skip: Reasons.Template);
                }
                else if (isContainer || PlainReference.Is(expanded.Value))
                {
                    uses.Add(expanded, image.ValueStart, pinnable: !expanded.IsScattered, here: expanded.IsScattered);
                }
            }
            else if (isContainer || PlainReference.Is(image.Value))
            {
                uses.Add(image);
            }
        }

        private WrittenText? ExpandOf(WrittenText text) =>
            Substitution.Of(text, [PlaceholderSyntax.Jinja], name => new Binding(_variables.GetValueOrDefault(name)?.Written)).Value is { } value
            && !value.Value.Contains("{%", StringComparison.Ordinal) ? value : null;

        /// <summary>A variable that has two values in a file has none that is known.</summary>
        private void Declare(YamlMapping? variables)
        {
            foreach (var (key, value) in variables?.Named ?? [])
            {
                if (value is YamlScalar { IsNull: false } scalar && !_variables.TryAdd(key, scalar) && _variables[key] is { } other && other.Value != scalar.Value)
                {
                    _variables[key] = null;
                }
            }
        }
    }
}
