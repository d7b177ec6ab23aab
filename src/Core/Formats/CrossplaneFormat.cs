using System.Buffers;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Crossplane packages: <c>spec.package</c> of providers, configurations and functions, and the dependencies in
/// <c>crossplane.yaml</c> (<see href="https://docs.crossplane.io/latest/packages/"/>).
/// </summary>
public sealed class CrossplaneFormat : IFormat
{
    private static readonly SearchValues<char> RangeMarks = SearchValues.Create("<>=^~*|, ");

    private static readonly string[] Packages = ["package", "provider", "configuration", "function"];

    /// <inheritdoc/>
    public string Name => "crossplane";

    /// <inheritdoc/>
    public string Finds => "`spec.package` of providers, configurations and functions; `dependsOn` of a package with an exact version";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("pkg.crossplane.io/"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var next = new Stack<YamlNode>(YamlStream.Read(file).Documents);
        while (next.TryPop(out var node))
        {
            // Lists hold resources of their own.
            if (node is YamlMapping list && list.TryGet("items", out var items) && items is YamlSequence all)
            {
                foreach (var item in all.Mappings.Where(i => !i.TryGet("items", out _)))
                {
                    next.Push(item);
                }
            }
            else if (node is YamlMapping root && root.Scalar("apiVersion")?.Value is { } apiVersion && root.Mapping("spec") is { } spec)
            {
                if (apiVersion.StartsWith("pkg.crossplane.io/", StringComparison.Ordinal))
                {
                    AddPackage(spec.Scalar("package"), uses);
                }
                else if (apiVersion.StartsWith("meta.pkg.crossplane.io/", StringComparison.Ordinal))
                {
                    foreach (var dependency in spec.Mappings("dependsOn"))
                    {
                        AddDependency(dependency, uses);
                    }
                }
            }
        }

        return uses.ToReading();
    }

    private static void AddPackage(YamlScalar? package, UseList uses)
    {
        var isVariable = package is not null && (package.Value.Contains('$', StringComparison.Ordinal) || package.Value.Contains("{{", StringComparison.Ordinal));

        // What depends on a package asks for a range of versions, and a digest is in none: https://github.com/crossplane/crossplane/issues/7458.
        uses.Add(package, skip: isVariable ? Reasons.Variable : null, pinnable: false);
    }

    /// <summary>A version is a tag, a digest, or a range of versions of which the cluster takes the newest.</summary>
    private static void AddDependency(YamlMapping dependency, UseList uses)
    {
        var name = Packages.Select(dependency.Scalar).FirstOrDefault(s => s is { IsNull: false });
        if (name?.Written is not { } written)
        {
            return;
        }

        var version = dependency.Scalar("version") is { IsNull: false } given ? given.Written : null;
        var isRange = version is not null && (version.Value.AsSpan().ContainsAny(RangeMarks) || !version.Value.Any(char.IsAsciiDigit));
        if (version is null || isRange)
        {
            uses.Add(written, name.Start, skip: isRange ? $"its version is a range, {Images.Excerpt.Of(version!.Value)}" : "it has no version");
        }
        else
        {
            uses.Add(new ReferenceParts(null, written, version, null).Join(), name.Start, pinnable: false);
        }
    }
}
