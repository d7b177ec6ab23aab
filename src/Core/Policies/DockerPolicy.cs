namespace Basewatch.Core.Policies;
/// <summary>Stub.</summary>
public sealed class DockerPolicy : IPolicy
{
    private readonly UpdateKind _furthest;
    /// <summary>Stub.</summary>
    public DockerPolicy(UpdateKind furthest) => _furthest = furthest;
    /// <inheritdoc/>
    public string Name => "docker";
    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question) => Verdict.Stay(_furthest.ToString());
}
