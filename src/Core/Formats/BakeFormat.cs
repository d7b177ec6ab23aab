using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Hcl;

namespace Basewatch.Core.Formats;

/// <summary>
/// Docker Bake (<see href="https://docs.docker.com/build/bake/reference/"/>): images among the contexts, in inline
/// Dockerfiles and in build arguments named for them. Defaults of variables are followed.
/// </summary>
public sealed class BakeFormat : IFormat
{
    private static readonly string[] Schemes = ["docker-image://"];

    /// <inheritdoc/>
    public string Name => "docker-bake";

    /// <inheritdoc/>
    public string Finds => "`contexts` with `docker-image://`, `args` whose names have `IMAGE` in them, `dockerfile-inline`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["docker-bake*.{hcl,json}", "*.bake.{hcl,json}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("target"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var document = HclDocument.Read(file);
        var variables = new Dictionary<string, HclNode?>(StringComparer.Ordinal);
        foreach (var member in document.Root.Members)
        {
            if (member is { Key: "variable", Labels: [var name], Value: HclObject variable })
            {
                variables[name] = variable["default"];
            }
            else if (member is { Labels: [], Value: not HclObject })
            {
                variables.TryAdd(member.Key, member.Value);
            }
        }

        var scope = new HclScope(n => variables.GetValueOrDefault(n), static _ => null, bare: true);
        var uses = new UseList(file, Name);
        var walk = new ImageWalk(file, uses, scope);
        foreach (var target in document.Root.Members.Where(m => m is { Key: "target", Labels: [_] }).Select(m => m.Value).OfType<HclObject>())
        {
            foreach (var (_, _, context) in target.Objects("contexts").SelectMany(c => c.Members))
            {
                if (scope.Text(context) is { } text && text.Text.Value.StartsWith(Schemes[0], StringComparison.OrdinalIgnoreCase))
                {
                    walk.Consider(context, Proof.Place, schemes: Schemes);
                }
            }

            foreach (var (name, _, value) in target.Objects("args").SelectMany(a => a.Members))
            {
                if (name.Contains("IMAGE", StringComparison.OrdinalIgnoreCase))
                {
                    walk.Consider(value, Proof.Plain);
                }
            }

            if (target["dockerfile-inline"] is { } inline && scope.Value(inline) is HclTemplate template)
            {
                var reading = DockerfileReader.Read(file, Name, DockerfileLexer.Read(scope.Render(template)));
                foreach (var use in reading.Uses)
                {
                    uses.Add(use);
                }

                foreach (var problem in reading.Problems)
                {
                    uses.Add(problem);
                }
            }
        }

        return uses.ToReading(document.Problem);
    }
}
