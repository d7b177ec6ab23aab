using System.Collections.Concurrent;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Where policies come from. First what is given from outside, by command line and settings; then the repository's own
/// configuration, over that of its organisation; then the dialects in the order of <see cref="DialectCatalog"/>; then the default.
/// </summary>
/// <param name="given">Rules from outside, for images alone.</param>
/// <param name="limit">The furthest step of the policy <c>docker</c>, whoever asks for it: Digest, Patch, Minor or Major.</param>
public sealed class PolicySources(IReadOnlyList<ScopedRule> given, UpdateKind limit = UpdateKind.Major)
{
    private readonly ScopedRules _given = new(given);
    private readonly PolicySet _outside = new([new ScopedRules(given)], limit: limit);
    private readonly ConcurrentDictionary<PolicyText, PolicyRule?> _kept = new();

    /// <summary>Nothing is given from outside.</summary>
    public static PolicySources None { get; } = new([]);

    /// <summary>Differs when what is given from outside may decide otherwise.</summary>
    public string Fingerprint => string.Join('\n', [$"{PolicyCatalog.Version}", .. given.Select(r => $"{r.Scope} {r.Rule.Text.Text}")]);

    /// <summary>The policies of a repository.</summary>
    /// <param name="settings">What it says of itself in whole files.</param>
    /// <param name="parts">Every part of dialects' configuration in it.</param>
    public RepositoryPolicies Read(RepositorySettings settings, IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(parts);
        var configuration = settings.Configuration;
        var said = configuration.PullRequests.Proposal;

        // A rule that only switches on is the fallback, for some uses.
        List<ScopedRule> rules = [.. configuration.Rules.Select(r => r.Rule is { Enabled: true, Policy: null } && configuration.Fallback is { } fallback
            ? r with { Rule = r.Rule with { Text = fallback.Text with { Signed = r.Rule.Signed }, Policy = fallback.Policy, Summary = fallback.Summary } }
            : r).Select(r => r with { Rule = (r.Rule.Said ?? ProposalWords.None).Over(said).In(r.Rule) })];
        var wrong = new HashSet<string>(StringComparer.Ordinal);
        var sets = new List<IRuleSet> { new ScopedRules(configuration.LeftOut), _given, new ScopedRules(rules) };
        var (errors, remarks) = (settings.Errors.ToList(), new List<FileProblem>());
        foreach (var dialect in DialectCatalog.All)
        {
            List<ConfigurationPart> own = [.. parts.Where(p => p.Dialect == dialect.Name).OrderBy(p => p.Path, StringComparer.Ordinal).ThenBy(p => p.Line)];
            if (own.Count == 0)
            {
                continue;
            }

            var reading = dialect.ReadRules(own);
            errors.AddRange(reading.Errors);
            remarks.AddRange(reading.Remarks);
            if (reading.Errors.Count > 0)
            {
                wrong.Add(dialect.Name);
            }

            if (reading.Rules is { } set)
            {
                sets.Add(set);
            }
        }

        return new RepositoryPolicies(new PolicySet(sets, said.IsEmpty ? configuration.Fallback : said.In(configuration.Fallback ?? new PolicyRule(PolicyText.Docker, new DockerPolicy(UpdateKind.Major))), limit), [.. errors.Distinct()], [.. remarks.Distinct()]) { Wrong = wrong };
    }

    /// <summary>What is in force for an image whose repository is not at hand.</summary>
    /// <param name="image">The image.</param>
    /// <param name="text">The policy that its repository has for it; null where it has none.</param>
    public PolicyInForce For(ImageName image, PolicyText? text)
    {
        var rule = given.FirstOrDefault(r => r.Scope.MayHold(image))?.Rule
            ?? (text is null ? null : _kept.GetOrAdd(text, t => t.Read() is { } policy ? new PolicyRule(t, policy) : null));
        return rule is null ? _outside.Fallback : _outside.InForce(rule);
    }

    /// <summary>
    /// What to keep of a repository's rules for a use, for <see cref="For"/>: what is given from outside goes before it then
    /// too, and may be another by then. Null where the repository has no rule.
    /// </summary>
    /// <param name="use">A use with a reference.</param>
    /// <param name="policies">The policies of its repository.</param>
    public PolicyText? TextOf(ImageUse use, PolicySet policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        var isGiven = false;
        foreach (var rule in policies.ClaimsOf(use))
        {
            if (given.Any(g => ReferenceEquals(g.Rule, rule)))
            {
                isGiven = true;
            }
            else
            {
                return rule.Source is null || (isGiven && !rule.Enabled) ? null : rule.Text;
            }
        }

        return null;
    }
}

/// <summary>The policies of a repository, and what is wrong with what says so.</summary>
/// <param name="Policies">The policies.</param>
/// <param name="Errors">What is wrong: the uses that it may be about stay as they are.</param>
/// <param name="Remarks">What has no meaning here, each once.</param>
public sealed record RepositoryPolicies(PolicySet Policies, IReadOnlyList<FileProblem> Errors, IReadOnlyList<FileProblem> Remarks)
{
    /// <summary>Dialects in whose configuration something is wrong.</summary>
    public IReadOnlySet<string> Wrong { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether a use stays as it is because of a mistake, for all that can be known: then nothing that is proposed for it is taken back.</summary>
    public bool IsUncertain(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use.Reference is not null && Policies.For(use).Rule is { Enabled: false, Source: { } source } && Wrong.Contains(source.Dialect);
    }
}
