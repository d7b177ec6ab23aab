using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>What is in force for some uses: one for each rule, so that uses of one rule share their decisions.</summary>
public sealed class PolicyInForce
{
    internal PolicyInForce(PolicyRule rule, IPolicy defaultPolicy, UpdateKind limit)
    {
        Rule = rule;
        Policies = (rule.Policy ?? defaultPolicy) switch
        {
            DockerPolicy docker => Split(docker, limit),
            FilteredPolicy { Selector: DockerPolicy docker } filtered => [.. Split(docker, limit).Select(p => p is DockerPolicy ? filtered with { Selector = p } : p)],
            var policy => [policy],
        };
    }

    /// <summary>The rule that says so; the default's own has no source.</summary>
    public PolicyRule Rule { get; }

    /// <summary>The policies to ask, each for an update of its own.</summary>
    public IReadOnlyList<IPolicy> Policies { get; }

    /// <summary>Name of the policy.</summary>
    public string Name => Policies[0].Name;

    /// <summary>It is asked twice, so that majors travel apart: what is newest within the major version, and what is beyond?</summary>
    private static IReadOnlyList<IPolicy> Split(DockerPolicy docker, UpdateKind limit) => (docker.Furthest < limit ? docker.Furthest : limit) switch
    {
        UpdateKind.Digest => [new DigestPolicy()],
        UpdateKind.Major => [docker.UpTo(UpdateKind.Minor), docker.UpTo(UpdateKind.Major)],
        var furthest => [docker.UpTo(furthest)],
    };
}

/// <summary>Which policy is in force for a use: that of the first rule that is for it, else the default.</summary>
public sealed class PolicySet
{
    private readonly PolicyInForce[] _rules;
    private readonly PolicyInForce _default;

    /// <summary>Makes a set.</summary>
    /// <param name="rules">In order.</param>
    /// <param name="fallback">The rule for all other uses; null: <c>docker</c>.</param>
    /// <param name="limit">The furthest step of the policy <c>docker</c>, whoever asks for it: Digest, Patch, Minor or Major.</param>
    public PolicySet(IReadOnlyList<PolicyRule> rules, PolicyRule? fallback = null, UpdateKind limit = UpdateKind.Major)
    {
        ArgumentNullException.ThrowIfNull(rules);
        fallback ??= new PolicyRule(UseScope.All, "docker", new DockerPolicy(UpdateKind.Major));
        var policy = fallback.Policy ?? new DockerPolicy(UpdateKind.Major);
        _default = new PolicyInForce(fallback, policy, limit);
        _rules = [.. rules.Select(r => new PolicyInForce(r, policy, limit))];
    }

    /// <summary>No rules.</summary>
    public static PolicySet Default { get; } = new([]);

    /// <summary>Differs when the same tags may be decided otherwise.</summary>
    public string Fingerprint => string.Join(
        '\n',
        [$"{PolicyCatalog.Version}", .. _rules.Select(r => $"{r.Rule.Scope} {r.Rule.Text}"), .. _default.Rule.Source is null ? [] : (string[])[_default.Rule.Text]]);

    /// <summary>What is in force for a use with a reference.</summary>
    public PolicyInForce For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        var image = use.Reference?.Name ?? throw new ArgumentException("the image is not known", nameof(use));
        foreach (var rule in _rules)
        {
            if (rule.Rule.Scope.Holds(image, use.Path, use.Format))
            {
                return rule;
            }
        }

        return _default;
    }

    /// <summary>All that may be in force for uses of an image, in whatever file.</summary>
    public IEnumerable<PolicyInForce> ForAny(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        foreach (var rule in _rules.Where(r => r.Rule.Scope.MayHold(image)))
        {
            yield return rule;
            if (rule.Rule.Scope.IsByImage)
            {
                yield break;
            }
        }

        yield return _default;
    }

    /// <summary>The use; where a rule switches it off, with why it stays as it is.</summary>
    public ImageUse Apply(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use.Reference is null ? use : For(use).Rule.Apply(use);
    }
}
