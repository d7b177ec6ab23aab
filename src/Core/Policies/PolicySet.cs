using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>A policy and the images that it is for.</summary>
/// <param name="Images">An image name, familiar or canonical; <c>*</c> and <c>?</c> stand for anything: <c>python</c>, <c>ghcr.io/acme/*</c>.</param>
/// <param name="Text">The policy as it was written.</param>
/// <param name="Policy">The policy.</param>
public sealed record PolicyRule(string Images, string Text, IPolicy Policy)
{
    /// <summary>Makes a rule; <paramref name="error"/> says in one sentence why the policy is none.</summary>
    public static bool TryCreate(string images, string text, [NotNullWhen(true)] out PolicyRule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = PolicyCatalog.TryCreate(text, out var policy, out error) ? new PolicyRule(images, text, policy) : null;
        return rule is not null;
    }

    /// <summary>Whether the rule is for an image.</summary>
    public bool Matches(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return FileSystemName.MatchesSimpleExpression(Images, image.Familiar) || FileSystemName.MatchesSimpleExpression(Images, image.Canonical);
    }
}

/// <summary>Which policy is in force for an image: that of the first rule that matches, else <c>docker</c>.</summary>
/// <param name="rules">In order.</param>
/// <param name="furthest">The furthest step that the default takes: Digest, Patch, Minor or Major.</param>
public sealed class PolicySet(IReadOnlyList<PolicyRule> rules, UpdateKind furthest = UpdateKind.Major)
{
    /// <summary>The default asks twice, so that majors travel apart: what is newest within the major version, and what is beyond?</summary>
    private readonly IPolicy[] _default = furthest switch
    {
        UpdateKind.Digest => [new DigestPolicy()],
        UpdateKind.Patch => [new DockerPolicy(UpdateKind.Patch)],
        UpdateKind.Minor => [new DockerPolicy(UpdateKind.Minor)],
        _ => [new DockerPolicy(UpdateKind.Minor), new DockerPolicy(UpdateKind.Major)],
    };

    /// <summary>No rules.</summary>
    public static PolicySet Default { get; } = new([]);

    /// <summary>Differs when the same tags may be decided otherwise.</summary>
    public string Fingerprint => string.Join('\n', rules.Select(r => $"{r.Images} {r.Text}").Prepend($"{PolicyCatalog.Version}"));

    /// <summary>The policies to ask about an image, each for an update of its own.</summary>
    public IReadOnlyList<IPolicy> For(ImageName image) =>
        rules.FirstOrDefault(r => r.Matches(image))?.Policy is { } policy and not DockerPolicy ? [policy] : _default;
}
