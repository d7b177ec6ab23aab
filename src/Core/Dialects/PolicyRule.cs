using System.Collections.Immutable;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
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

/// <summary>A policy in the words of a dialect, as <see cref="IDialect.ReadPolicy"/> takes them: what is kept of it.</summary>
/// <param name="Dialect"><see cref="IDialect.Name"/>.</param>
/// <param name="Text">The words.</param>
public sealed record PolicyText(string Dialect, string Text)
{
    /// <summary>What the rule says of signatures besides; null: nothing.</summary>
    public SignatureRule? Signed { get; init; }

    /// <summary>The policy <c>docker</c>.</summary>
    public static PolicyText Docker { get; } = new("basewatch", "docker");

    /// <summary>No policy: what it is for stays as it is.</summary>
    public static PolicyText None { get; } = new(Docker.Dialect, "");

    /// <summary>The policy; null where a dialect no longer takes what it took before.</summary>
    public IPolicy? Read() => DialectCatalog.Find(Dialect)?.ReadPolicy(new SourceFile("policy", Text)).Policy;
}

/// <summary>What is in force for some uses, and who says so.</summary>
/// <param name="Text">The policy in words.</param>
/// <param name="Policy">The policy; null: the default, or none because the rule switches its uses off.</param>
public sealed record PolicyRule(PolicyText Text, IPolicy? Policy)
{
    /// <summary>The summary of a rule whose uses stay as they are.</summary>
    public const string Off = "none";

    private readonly string? _summary;

    /// <summary>The policy in short, for people.</summary>
    public string Summary { get => _summary ?? Excerpt.Of(Text.Text); init => _summary = value; }

    /// <summary>False: these uses stay as they are, and no registry is asked about them.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Why there is this rule, in the words of who wrote it.</summary>
    public string? Reason { get; init; }

    /// <summary>Where it is written; null for the default.</summary>
    public RuleSource? Source { get; init; }

    /// <summary>Whether uses without a digest get one; null: where nobody says otherwise, they do.</summary>
    public bool? Pins { get; init; }

    /// <summary>Whether a digest that is there follows its tag when that is republished.</summary>
    public bool Refreshes { get; init; } = true;

    /// <summary>What is said of signatures; null: nothing.</summary>
    public SignatureRule? Signed => Text.Signed;

    /// <summary>Where a file asks for no platform of its own: those that an image has to be there for; none: those of the image in use.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>The image that is to take the place of its uses' images; null: none is.</summary>
    public Replacement? Replacement { get; init; }

    /// <summary>How what it leads to is proposed.</summary>
    public ProposalSettings Proposal { get; init; } = ProposalSettings.Default;

    /// <summary>What a rule of ours says of that, before what is said for all is added to it; null for others'.</summary>
    public Settings.ProposalWords? Said { get; init; }

    /// <summary>The same rule as it is for one kind of update, where that is proposed otherwise.</summary>
    public IReadOnlyDictionary<UpdateKind, PolicyRule> ByKind { get; init; } = ImmutableDictionary<UpdateKind, PolicyRule>.Empty;

    /// <summary>The rule as it is for a kind of update.</summary>
    public PolicyRule For(UpdateKind kind) => ByKind.GetValueOrDefault(kind, this);

    /// <summary>A rule that leaves uses as they are.</summary>
    public static PolicyRule SwitchOff(string? reason, RuleSource? source) =>
        new(PolicyText.None, null) { Summary = Off, Enabled = false, Reason = reason, Source = source };

    /// <summary>The use, with why it stays as it is where the rule says so.</summary>
    internal ImageUse Apply(ImageUse use) => Enabled || (use.Skip is not null && !use.IsLookedUp) ? use
        : use with { Skip = Reasons.SwitchedOff + (Source?.ToString() ?? "a rule") + (Reason is null ? "" : $": {Reason}") };
}
