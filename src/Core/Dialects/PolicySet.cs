using System.Collections.Concurrent;
using Basewatch.Core.Dialects.Renovate;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>A rule with the policies to ask: one object for each rule, so that uses of one rule share their decisions.</summary>
public sealed class PolicyInForce
{
    internal PolicyInForce(PolicyRule rule, IPolicy defaultPolicy, UpdateKind limit)
    {
        Rule = rule;
        Replacement = limit < UpdateKind.Major ? null : rule.Replacement;
        Policies = (rule.Policy ?? defaultPolicy) switch
        {
            DockerPolicy docker => Split(docker, limit),
            FilteredPolicy { Selector: DockerPolicy docker } filtered => [.. Split(docker, limit).Select(p => p is DockerPolicy ? filtered with { Selector = p } : p)],
            RenovatePolicy renovate => renovate.Parts,
            var policy => [policy],
        };
    }

    /// <summary>The rule that says so; the default's own has no source.</summary>
    public PolicyRule Rule { get; }

    /// <summary>The policies to ask, each for an update of its own.</summary>
    public IReadOnlyList<IPolicy> Policies { get; }

    /// <summary>The image that is to take the place of another: a step further than any within an image.</summary>
    public Replacement? Replacement { get; }

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

/// <summary>Which policy is in force for a use of one repository: that of the first configuration that has a rule for it, else the default.</summary>
public sealed class PolicySet
{
    private readonly IReadOnlyList<IRuleSet> _sets;
    private readonly PolicyRule _default;
    private readonly UpdateKind _limit;
    private readonly ConcurrentDictionary<PolicyRule, PolicyInForce> _inForce = new(ReferenceEqualityComparer.Instance);

    /// <summary>Makes a set.</summary>
    /// <param name="sets">In order.</param>
    /// <param name="fallback">The rule for all other uses; null: <c>docker</c>.</param>
    /// <param name="limit">The furthest step of the policy <c>docker</c>, whoever asks for it: Digest, Patch, Minor or Major.</param>
    public PolicySet(IReadOnlyList<IRuleSet> sets, PolicyRule? fallback = null, UpdateKind limit = UpdateKind.Major) =>
        (_sets, _default, _limit) = (sets, fallback ?? new PolicyRule(PolicyText.Docker, new DockerPolicy(UpdateKind.Major)), limit);

    /// <summary>No rules.</summary>
    public static PolicySet Default { get; } = new([]);

    /// <summary>What is in force for a use with a reference.</summary>
    public PolicyInForce For(ImageUse use) => InForce(ClaimsOf(use).First());

    /// <summary>Every rule that is for a use, the one in force first, the default last.</summary>
    public IEnumerable<PolicyRule> ClaimsOf(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        foreach (var set in _sets)
        {
            if (set.For(use) is { } rule)
            {
                yield return rule;
            }
        }

        yield return _default;
    }

    /// <summary>What of it names files or folders that are not there: most likely a slip.</summary>
    /// <param name="paths">Every file of the repository.</param>
    public IEnumerable<FileProblem> FindUnmatched(IReadOnlyList<string> paths) => _sets.SelectMany(s => s.FindUnmatched(paths)).Distinct();

    /// <summary>The use; where a rule switches it off, with why it stays as it is.</summary>
    public ImageUse Apply(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use.Reference is null ? use : For(use).Rule.Apply(use);
    }

    /// <summary>What is in force where there is no rule.</summary>
    internal PolicyInForce Fallback => InForce(_default);

    /// <summary>What a rule puts in force.</summary>
    internal PolicyInForce InForce(PolicyRule rule) => _inForce.GetOrAdd(rule, r => new PolicyInForce(r, _default.Policy ?? new DockerPolicy(UpdateKind.Major), _limit));
}
