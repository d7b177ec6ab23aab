using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>A rule, and the uses that it is for.</summary>
/// <param name="Scope">Which uses.</param>
/// <param name="Rule">What is in force for them.</param>
public sealed record ScopedRule(UseScope Scope, PolicyRule Rule)
{
    /// <summary>Makes a rule for images; <paramref name="error"/> says in one sentence why the policy is none.</summary>
    /// <param name="images">An image name, see <see cref="UseScope.Images"/>.</param>
    /// <param name="text">The policy in its short form.</param>
    /// <param name="source">Where that is written.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string images, string text, RuleSource source, [NotNullWhen(true)] out ScopedRule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = PolicyCatalog.TryCreate(text, out var policy, out error)
            ? new ScopedRule(new UseScope([images]), new PolicyRule(new PolicyText(PolicyText.Docker.Dialect, text), policy) { Summary = text, Source = source })
            : null;
        return rule is not null;
    }
}

/// <summary>Rules in order: the first whose scope holds a use is the one.</summary>
public sealed class ScopedRules(IReadOnlyList<ScopedRule> rules) : IRuleSet
{
    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        foreach (var (scope, rule) in rules)
        {
            if (use.Reference is { } reference && scope.Holds(reference.Name, use.Path, use.Format))
            {
                return rule;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<FileProblem> FindUnmatched(IReadOnlyList<string> paths) => rules
        .SelectMany(r => r.Scope.Files.Select(f => (File: f, r.Rule.Source)))
        .Where(f => f.Source is not null && !FilePattern.IsAnyMatch(f.File, paths))
        .Select(f => new FileProblem(f.Source!.File, f.Source.Line, FilePattern.Unmatched(f.File)));
}
