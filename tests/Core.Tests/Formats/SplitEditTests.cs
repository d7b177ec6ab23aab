using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Tests.Formats.Generated;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

/// <summary>References whose parts stand in places of their own: an edit is exact or refused, and seldom refused.</summary>
public sealed class SplitEditTests
{
    private static readonly Digest Old = Digest.Of("old"u8);
    private static readonly Digest New = Digest.Of("new"u8);
    private static readonly ImageName Successor = ImageName.Parse("registry.example.com/next/app");

    private static readonly Gen<Form> Shape = Gen.Select(
        Gen.Bool,
        Gen.OneOf("none", "null", "empty", "value"),
        Gen.OneOf("", "'", "\""),
        Gen.Bool,
        Gen.Bool,
        Gen.Bool,
        Gen.Int[0, 5],
        (registry, digest, quote, block, crlf, comment, order) => new Form(registry, digest, quote, block, crlf, comment ? " # é😀" : "", order));

    private static readonly Dictionary<string, Gen<Split>> Formats = new(StringComparer.Ordinal)
    {
        ["helm-values"] = Mapping("charts/a/values.yaml", "app:\n  image:", 4, ("registry", "repository", "tag", "digest")),
        ["kustomize"] = Mapping("kustomization.yaml", "images:\n  -", 4, (null, "newName", "newTag", "digest"), ("name", "x")),
        ["flux"] = Mapping("release.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    image:", 6, ("registry", "repository", "tag", "digest")),
        ["argocd"] = Shape.Select(s => new Split("app.yaml", s.Lines("apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      parameters:\n",
            [.. s.Parts("registry", "repository", "tag", "digest").Select(p => s.Block ? $"      - name: image.{p.Key}\n        value: {p.Value}{s.Comment}\n" : $"      - {{name: image.{p.Key}, value: {p.Value}}}{s.Comment}\n")]))),
        ["helmfile"] = Shape.Select(s => new Split("helmfile.yaml", s.Lines("releases:\n- name: a\n  chart: ./a\n  set:\n",
            [.. s.Parts("registry", "repository", "tag", "digest").Select(p => $"  - name: image.{p.Key}\n    value: {p.Value}{s.Comment}\n")]))),
        ["concourse"] = Mapping("ci/pipeline.yml", "jobs: []\nresources:\n- name: a\n  type: registry-image\n  source:", 4, (null, "repository", "tag", null)),
        ["bazel"] = Shape.Select(s => new Split("MODULE.bazel", s.Lines("oci = use_extension(\"@rules_oci//oci:extensions.bzl\", \"oci\")\noci.pull(\n    name = \"a\",\n",
            [.. s.Parts(null, "image", "tag", "digest", '"').Where(p => p.Value != "null").Select(p => $"    {p.Key} = {p.Value},{s.Comment}\n"), ")\n"], keep: 1))),
        ["terraform"] = Shape.Select(s => new Split("main.tf", "resource \"docker_container\" \"a\" {\n  image = \"" + s.Joined(p => "${" + (s.Block ? "var" : "local") + "." + p + "}") + "\"\n}\n"
            + (s.Block ? "" : "locals {\n" + s.Written(p => $"  {p.Key} = \"{p.Value}\"{s.Comment}\n") + "}\n"),
            s.Block ? new SourceFile("variables.tf", s.Written(p => $"variable \"{p.Key}\" {{\n  default = \"{p.Value}\"{s.Comment}\n}}\n")) : null)),
        ["arm"] = Shape.Select(s => new Split("main.json", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"variables\": {" + s.Written(p => $"\"{p.Key}\": \"{p.Value}\", ") + "\"z\": 1}, \"resources\": [{\"type\": \"Microsoft.App/jobs\", \"image\": \"[concat("
            + s.Concatenated(p => $"variables('{p}')") + ")]\"}]}")),
        ["bicep"] = Shape.Select(s => new Split("main.bicep", s.Written(p => $"{(s.Block ? "param" : "var")} {p.Key} {(s.Block ? "string " : "")}= '{p.Value}'{(s.Comment.Length > 0 ? " // c" : "")}\n") + "resource r 'Microsoft.App/jobs@1' = {\n  image: '" + s.Joined(p => "${" + p + "}") + "'\n}\n")),
        ["gitlab-ci"] = Shape.Select(s => new Split(".gitlab-ci.yml", "variables:\n" + s.Written(p => $"  {p.Key}: {s.Quote}{p.Value}{s.Quote}{s.Comment}\n") + "job:\n  script: x\n  image: " + s.Joined(p => s.Block ? "$" + p : "${" + p + "}") + "\n")),
        ["compose"] = Shape.Select(s => new Split("compose.yaml", "services:\n  a:\n    image: " + s.Joined(p => "${" + p + "}") + "\n", new SourceFile(".env", s.Written(p => $"{p.Key}={s.Quote}{p.Value}{s.Quote}{s.Comment}\n")))),
    };

    public static TheoryData<string> Names => [.. Formats.Keys];

    /// <summary>Only where one place has more than its part of the reference is there a reason to refuse.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Parts_in_places_of_their_own_are_edited_exactly_or_refused_for_a_reason(string format)
    {
        var tried = new Dictionary<string, (int Applied, int Refused)>(StringComparer.Ordinal);
        var reasons = new SortedSet<string>(StringComparer.Ordinal);
        Formats[format].Sample(
            split =>
            {
                var reading = FormatCatalog.Default.Read(split.File);
                var use = Assert.Single(reading.Uses);
                Assert.Null(use.Skip);
                Assert.Equal(format, use.Format);
                foreach (var (edit, target) in Edits(use))
                {
                    var applied = Apply(split.File, use, target, out var reason);
                    lock (tried)
                    {
                        var (a, r) = tried.GetValueOrDefault(edit);
                        tried[edit] = applied ? (a + 1, r) : (a, r + 1);
                        if (reason is not null)
                        {
                            reasons.Add($"{edit}: {reason}");
                        }
                    }
                }
            },
            iter: 60);

        var seen = string.Join(", ", tried.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Value.Applied}+{t.Value.Refused}"))) + "\n" + string.Join('\n', reasons);
        Assert.All(reasons, r => Assert.EndsWith("is put together from several places in the file, and no single edit changes it", r, StringComparison.Ordinal));
        Assert.All(tried.Where(t => t.Key != "name"), t => Assert.True(t.Value.Refused == 0, seen));
        Assert.True(tried["tag"].Applied >= 60 && tried["name"].Applied >= tried["name"].Refused, seen);
    }

    private static IEnumerable<(string Edit, ImageReference Target)> Edits(ImageUse use)
    {
        var current = use.Reference!;
        yield return ("tag", current with { Tag = "9.10" });
        yield return ("name", current with { Name = Successor, Tag = "2.0" });
        if (use.Pinnable || current.Digest is not null)
        {
            yield return ("digest", current with { Digest = New });
            yield return ("both", current with { Tag = "9.10", Digest = New });
            yield return ("all", new ImageReference(current.Name, "9", New));
        }
    }

    private static bool Apply(SourceFile file, ImageUse use, ImageReference target, out string? reason)
    {
        IReadOnlyList<ImageUse> uses = [use];
        var files = new List<(SourceFile, IReadOnlyList<ImageUse>)> { (file, uses) };
        files.AddRange(file.Siblings.Select(s => (new SourceFile(s.Path, s.Text, [file]), FormatCatalog.Default.Read(new SourceFile(s.Path, s.Text, [file])).Uses)));
        if (!ReferenceEdit.TryApply(FormatCatalog.Default, files, new Dictionary<ImageUse, ImageReference> { [use] = target }, out var texts, out var problem))
        {
            reason = problem.Message;
            return false;
        }

        reason = null;
        Assert.True(ReferenceEdit.TryCreate(use, target, out var edits, out _));
        foreach (var source in file.Siblings.Append(file))
        {
            GeneratedFile.AssertOnlySpansChanged(source.Text, texts.GetValueOrDefault(source.Path, source.Text), [.. edits.Where(e => (e.Span.Path ?? file.Path) == source.Path)]);
        }

        var again = FormatCatalog.Default.Read(new SourceFile(file.Path, texts.GetValueOrDefault(file.Path, file.Text), [.. file.Siblings.Select(s => new SourceFile(s.Path, texts.GetValueOrDefault(s.Path, s.Text)))]));
        Assert.Equal(target, Assert.Single(again.Uses).Reference);
        return true;
    }

    private static Gen<Split> Mapping(string path, string head, int indent, (string? Registry, string Name, string Tag, string? Digest) keys, (string Key, string Value)? first = null) => Shape.Select(s =>
    {
        var parts = s.Parts(keys.Registry, keys.Name, keys.Tag, keys.Digest);
        parts = first is { } extra ? [(extra.Key, extra.Value), .. parts] : parts;
        var text = s.Block
            ? head.EndsWith('-') ? head + " " + string.Join(new string(' ', indent), parts.Select(p => $"{p.Key}: {p.Value}{s.Comment}\n")) : head + "\n" + string.Concat(parts.Select(p => $"{new string(' ', indent)}{p.Key}: {p.Value}{s.Comment}\n"))
            : head + " {" + string.Join(", ", parts.Select(p => $"{p.Key}: {p.Value}")) + "}" + s.Comment + "\n";
        return new Split(path, s.Crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text);
    });

    /// <summary>A file with one use, and perhaps a sibling.</summary>
    private sealed record Split(string Path, string Text, SourceFile? Sibling = null)
    {
        public SourceFile File => new(Path, Text, Sibling is null ? [] : [Sibling]);

        public override string ToString() => $"{Path}:\n{Text}{(Sibling is null ? "" : $"\n{Sibling.Path}:\n{Sibling.Text}")}";
    }

    /// <summary>What is written, and how.</summary>
    private sealed record Form(bool Registry, string Digest, string Quote, bool Block, bool Crlf, string Comment, int Order)
    {
        private bool Pinned => Digest == "value";

        public IReadOnlyList<(string Key, string Value)> Parts(string? registry, string name, string tag, string? digest, char? quote = null)
        {
            var q = quote?.ToString() ?? Quote;
            var parts = new List<(string, string)>();
            if (registry is not null && Registry)
            {
                parts.Add((registry, $"{q}ghcr.io{q}"));
            }

            parts.Add((name, (registry is null || !Registry) && Order % 2 == 0 ? $"{q}quay.io/acme/app{q}" : $"{q}acme/app{q}"));
            parts.Add((tag, $"{q}v1.9{q}"));
            if (digest is not null && Digest != "none" && (quote is null || Pinned))
            {
                parts.Add((digest, Digest switch { "null" => Order % 2 == 0 ? "~" : "null", "empty" => "\"\"", _ => $"{q}{Old}{q}" }));
            }

            return [.. parts.Skip(Order % parts.Count), .. parts.Take(Order % parts.Count)];
        }

        public string Lines(string head, IReadOnlyList<string> lines, int keep = 0)
        {
            var moved = lines.Take(lines.Count - keep).ToList();
            var text = head + string.Concat(moved) + string.Concat(lines.Skip(moved.Count));
            return Crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
        }

        /// <summary>The values of the variables, each on its line.</summary>
        public string Written(Func<(string Key, string Value), string> line)
        {
            var text = string.Concat(Values().Select(line));
            return Crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
        }

        /// <summary>A reference made of variables.</summary>
        public string Joined(Func<string, string> variable) =>
            (Registry ? variable("registry_host") + "/" : "") + (Order % 3 == 0 ? "acme/app" : variable("repository")) + ":" + variable("release") + (Pinned ? "@" + variable("content") : "");

        /// <summary>The same as arguments of a call.</summary>
        public string Concatenated(Func<string, string> variable) =>
            (Registry ? variable("registry_host") + ", '/', " : "") + (Order % 3 == 0 ? "'acme/app'" : variable("repository")) + ", ':', " + variable("release") + (Pinned ? ", '@', " + variable("content") : "");

        private IEnumerable<(string Key, string Value)> Values()
        {
            (string, string)[] all = [("release", "v1.9"), ("repository", "acme/app"), ("content", Old.ToString()), ("registry_host", "ghcr.io")];
            return [.. all.Skip(Order % 4), .. all.Take(Order % 4)];
        }
    }
}
