using System.Collections.Concurrent;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>The entries of <c>updates</c>: the first that reads a use has the rule for it.</summary>
/// <param name="entries">In the order in which they are asked.</param>
internal sealed class DependabotUpdates(IReadOnlyList<UpdateEntry> entries) : IRuleSet
{
    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        PolicyRule? excluded = null;
        if (use.Reference is not null)
        {
            foreach (var entry in entries)
            {
                if (!entry.Scope.Holds(use))
                {
                    continue;
                }

                if (entry.Exclusion(use) is not { } rule)
                {
                    return entry.For(use);
                }

                excluded ??= rule;
            }
        }

        return excluded;
    }

    /// <inheritdoc/>
    public IEnumerable<FileProblem> FindUnmatched(IReadOnlyList<string> paths)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal) { "" };
        foreach (var path in paths)
        {
            for (var slash = path.LastIndexOf('/'); slash > 0 && folders.Add(path[..slash]);)
            {
                slash = path.LastIndexOf('/', slash - 1);
            }
        }

        return entries
            .SelectMany(e => e.Scope.Written.Select(w => (w.Text, w.Line, e.Source.File)))
            .Where(w => DirectoryPattern.IsPattern(w.Text)
                ? DirectoryPattern.TryParse(w.Text) is { } patterns && !folders.Any(f => patterns.Any(p => p.IsMatch(f)))
                : !folders.Contains(DirectoryPattern.Normalized(w.Text)))
            .Select(w => new FileProblem(w.File, w.Line, $"'{Excerpt.Of(w.Text)}' is no folder of the repository with files in it"));
    }
}

/// <summary>An entry of <c>updates</c>: the rules for what it reads, one object for all images that it treats alike.</summary>
/// <param name="scope">What it reads.</param>
/// <param name="source">Where it is written.</param>
internal abstract class UpdateEntry(EntryScope scope, RuleSource source)
{
    private readonly ConcurrentDictionary<int, PolicyRule> _excluded = new();

    /// <summary>What it reads.</summary>
    public EntryScope Scope => scope;

    /// <summary>Where it is written.</summary>
    public RuleSource Source => source;

    /// <summary>The rule for a use in its scope.</summary>
    public abstract PolicyRule For(ImageUse use);

    /// <summary>The rule for a use that it leaves out; null where it does not.</summary>
    public PolicyRule? Exclusion(ImageUse use) => scope.Exclusion(use) is { } path
        ? _excluded.GetOrAdd(path.Line, (line, text) => PolicyRule.SwitchOff($"exclude-paths has {Excerpt.Of(text)}", source with { Line = line }), path.Text)
        : null;
}

/// <summary>An entry that can't be obeyed: what it is about stays as it is.</summary>
internal sealed class BrokenEntry(EntryScope scope, RuleSource source) : UpdateEntry(scope, source)
{
    private readonly PolicyRule _rule = PolicyRule.SwitchOff("its configuration is wrong", source);

    /// <inheritdoc/>
    public override PolicyRule For(ImageUse use) => _rule;
}

/// <summary>An entry that is obeyed.</summary>
/// <param name="scope">What it reads; its ecosystem is known.</param>
/// <param name="source">Where it is written.</param>
/// <param name="rules">Its rules for tags.</param>
/// <param name="proposal">How its updates are proposed.</param>
/// <param name="groups">Its groups.</param>
/// <param name="grouped">The images that are in a group of several ecosystems, for which its own groups do not count; null: it is in none.</param>
/// <param name="allowLine">Where <c>allow</c> stands.</param>
/// <param name="limitLine">Where the limit stands.</param>
internal sealed class SoundEntry(
    EntryScope scope, RuleSource source, DependabotRules rules, ProposalSettings proposal, IReadOnlyList<DependencyGroup> groups, DependencyGroup? grouped, int allowLine, int limitLine)
    : UpdateEntry(scope, source)
{
    private readonly ConcurrentDictionary<string, PolicyRule> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PolicyRule> _byContent = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override PolicyRule For(ImageUse use) => _byName.GetOrAdd(Scope.Ecosystem!.DependencyName(use), Make);

    private PolicyRule Make(string image)
    {
        if (proposal.Limit == 0)
        {
            return Off("open-pull-requests-limit is 0", limitLine);
        }

        if (!rules.Allow.IsEmpty && !rules.Allow.Any(r => r.IsFor(image)))
        {
            return Off("no rule under allow is for this image", allowLine);
        }

        if (rules.Ignore.FirstOrDefault(r => r.IsFor(image) && r.IsEverything) is { } ignored)
        {
            return Off("every version is ignored", ignored.Line);
        }

        var own = rules.For(image);
        var text = own.ToText();
        var (group, byKind) = DependencyGroup.NamesFor(grouped is null ? groups : [grouped], image);
        var key = $"{text}\n{group}\n{string.Join('\n', byKind.OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Value}"))}";
        return _byContent.GetOrAdd(key, _ =>
        {
            var rule = new PolicyRule(new PolicyText("dependabot", text), new DependabotPolicy(own))
            {
                Summary = own.ToSummary(),
                Source = Source,
                Pins = false,
                Proposal = proposal with { Group = group ?? proposal.Group, GroupsMajors = true },
            };
            return rule with { ByKind = byKind.ToDictionary(g => g.Key, g => rule with { Proposal = rule.Proposal with { Group = g.Value } }) };
        });
    }

    private PolicyRule Off(string reason, int line) =>
        _byContent.GetOrAdd($"{line} {reason}", _ => PolicyRule.SwitchOff(reason, Source with { Line = line }));
}
