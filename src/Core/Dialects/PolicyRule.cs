using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>Where a rule is written.</summary>
/// <param name="File">Path from the root of the repository, or what stands for it: <c>--policy</c>, <c>settings</c>.</param>
/// <param name="Line">From 1; null where there are no lines.</param>
/// <param name="Dialect"><see cref="IDialect.Name"/>.</param>
public sealed record RuleSource(string File, int? Line, string Dialect)
{
    /// <summary><c>.github/basewatch.yml:4</c>.</summary>
    public override string ToString() => Line is null ? File : $"{File}:{Line}";
}

/// <summary>A policy, and the uses that it is for.</summary>
/// <param name="Scope">Which uses.</param>
/// <param name="Text">The policy in short, for people.</param>
/// <param name="Policy">The policy; null: the default.</param>
public sealed record PolicyRule(UseScope Scope, string Text, IPolicy? Policy)
{
    /// <summary>The text of a rule whose uses stay as they are.</summary>
    public const string Off = "none";

    /// <summary>False: these uses stay as they are, and no registry is asked about them.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Why there is this rule, in the words of who wrote it.</summary>
    public string? Reason { get; init; }

    /// <summary>Where it is written; null for the default.</summary>
    public RuleSource? Source { get; init; }

    /// <summary>Makes a rule for images; <paramref name="error"/> says in one sentence why the policy is none.</summary>
    /// <param name="images">An image name, see <see cref="UseScope.Images"/>.</param>
    /// <param name="text">The policy in its short form.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string images, string text, [NotNullWhen(true)] out PolicyRule? rule, [NotNullWhen(false)] out string? error)
    {
        rule = PolicyCatalog.TryCreate(text, out var policy, out error) ? new PolicyRule(new UseScope([images]), text, policy) : null;
        return rule is not null;
    }

    /// <summary>A rule that leaves uses as they are.</summary>
    public static PolicyRule SwitchOff(UseScope scope, string? reason, RuleSource? source) => new(scope, Off, null) { Enabled = false, Reason = reason, Source = source };

    /// <summary>The use, with why it stays as it is where the rule says so.</summary>
    internal ImageUse Apply(ImageUse use) => Enabled || (use.Skip is not null && !use.IsLookedUp) ? use
        : use with { Skip = Reasons.SwitchedOff + (Source?.ToString() ?? "a rule") + (Reason is null ? "" : $": {Reason}") };
}
