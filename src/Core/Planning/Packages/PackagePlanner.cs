using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.Packages;

/// <summary>Says where pinned packages should go, by what their archives have.</summary>
public static class PackagePlanner
{
    /// <summary>Judges a package of a distribution, as its base is.</summary>
    /// <param name="use">The package.</param>
    /// <param name="suite">Of its base.</param>
    /// <param name="facts">What the suite has.</param>
    public static PackageAssessment Assess(PackageUse use, Suite suite, PackageFacts facts)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(facts);
        var judged = Judge(use, facts, suite.ToString(), $"{suite}{(use.Target is null ? "" : $" with {Excerpt.Of(use.Target)}")}{(facts.Platforms.Length == 0 ? "" : $" for {facts.Platforms}")}");
        return judged with { Suite = suite };
    }

    /// <summary>Judges a package of a language.</summary>
    /// <param name="use">The package.</param>
    /// <param name="facts">What its index has.</param>
    /// <param name="furthest">The furthest step.</param>
    public static PackageAssessment Assess(PackageUse use, PackageFacts facts, UpdateKind furthest)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(facts);
        var index = IndexOf(use.Ecosystem);
        if (facts.Problem is not null || facts.Versions is null)
        {
            return Unjudged(use, facts, index);
        }

        var order = PackageOrder.Of(use.Ecosystem);
        var pinned = use.Version.Value;
        var versions = facts.Versions.Where(order.IsVersion).ToList();
        var held = versions.Where(v => order.Holds(pinned, use.Constraint, v)).ToList();

        // What pip was told to take within a range it takes of the versions that were not yanked alone; npm takes what is deprecated.
        var withdrawn = held.Count > 0 || (use.Constraint != PackageConstraint.Exact && use.Ecosystem != PackageEcosystem.Npm) ? null
            : order.Newest(facts.Withdrawn.Where(v => order.IsVersion(v) && order.Holds(pinned, use.Constraint, v)));
        var current = order.Newest(held) ?? withdrawn ?? (order.IsVersion(pinned) ? pinned : null);
        if (current is null)
        {
            return new PackageAssessment(use, [], versions.Count > 0, $"{index} has no version of it that {Excerpt.Of(pinned)} stands for");
        }

        var updates = new List<PackageUpdate>();
        var newer = versions.Where(v => order.Compare(v, current) > 0 && order.IsStable(v, pinned)).ToList();
        foreach (var isMajor in (bool[])[false, true])
        {
            if (order.Newest(newer.Where(v => order.KindOf(current, v) is var k && k <= furthest && k == UpdateKind.Major == isMajor)) is { } next
                && order.Written(pinned, use.Constraint, next) is var written && written != pinned)
            {
                updates.Add(new PackageUpdate(use, written, order.KindOf(current, next), $"{(withdrawn is null ? "" : $"{index} has it that {withdrawn} is withdrawn by its authors; ")}{next} is the newest {(isMajor ? "version" : "of its major version")} that {index} has"));
            }
        }

        var isGone = held.Count == 0 && withdrawn is null;
        return new PackageAssessment(use, updates, isGone,
            isGone ? $"{index} no longer offers {Excerpt.Of(pinned)}"
            : withdrawn is not null ? $"{index} has it that {withdrawn} is withdrawn by its authors, and installs it still"
            : $"{Excerpt.Of(pinned)} is the newest that may be taken");
    }

    /// <summary>What a package of a distribution needs with another base; null where it can stay as it is, or nothing is known.</summary>
    /// <param name="use">The package.</param>
    /// <param name="suite">Of the base that it gets.</param>
    /// <param name="facts">What that suite has.</param>
    /// <param name="with">The update of the base.</param>
    public static PackageUpdate? Move(PackageUse use, Suite suite, PackageFacts facts, Update with)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Problem is not null || facts.Versions is null || use.Skip is not null)
        {
            return null;
        }

        var order = PackageOrder.Of(use.Ecosystem);
        var (versions, isOfStream) = Candidates(use, facts.Versions, order);
        if (isOfStream)
        {
            return null;
        }

        var isHeld = versions.Exists(v => order.Holds(use.Version.Value, use.Constraint, v));
        return order.Newest(versions) is { } newest
            && !(use.Constraint != PackageConstraint.Exact && isHeld)
            && !order.Holds(use.Version.Value, PackageConstraint.Exact, newest)
            && order.Written(use.Version.Value, use.Constraint, newest) is var written && written != use.Version.Value
            ? new PackageUpdate(use, written, UpdateKind.Patch, $"{suite}, which its base moves to, has {newest}") { With = with, LeavesSuite = true }
            : null;
    }

    /// <summary>How people call an index.</summary>
    public static string IndexOf(PackageEcosystem ecosystem) => ecosystem switch
    {
        PackageEcosystem.Pip => "PyPI",
        PackageEcosystem.Npm => "npm",
        PackageEcosystem.Gem => "RubyGems",
        PackageEcosystem.Go => "the Go module proxy",
        PackageEcosystem.Dotnet => "NuGet",
        _ => "the archive",
    };

    private static PackageAssessment Judge(PackageUse use, PackageFacts facts, string archive, string where)
    {
        if (facts.Problem is not null || facts.Versions is null)
        {
            return Unjudged(use, facts, archive);
        }

        var order = PackageOrder.Of(use.Ecosystem);
        var pinned = use.Version.Value;
        var (versions, isOfStream) = Candidates(use, facts.Versions, order);
        if (isOfStream)
        {
            return new PackageAssessment(use, [], IsGone: false, "it is of a module, whose stream is not known");
        }

        var newest = order.Newest(versions);
        var isHeld = versions.Exists(v => order.Holds(pinned, use.Constraint, v));
        if (!isHeld && use.HasOwnSources)
        {
            return new PackageAssessment(use, [], IsGone: false, $"{archive} does not hold it; its stage adds sources of its own, which are not asked");
        }

        if (newest is null)
        {
            return new PackageAssessment(use, [], IsGone: true, $"{where} holds no version of it: the next build breaks");
        }

        if (use.Constraint != PackageConstraint.Exact && isHeld)
        {
            return new PackageAssessment(use, [], IsGone: false, $"{newest} is the newest that {where} has: every build takes it");
        }

        // What is pinned may be newer than anything there, by a source that nothing tells of: it is not taken back.
        var isNewer = use.Constraint == PackageConstraint.Prefix || !order.IsVersion(pinned) || order.Compare(newest, pinned) > 0;
        var written = order.Written(pinned, use.Constraint, newest);
        IReadOnlyList<PackageUpdate> updates = isNewer && written != pinned && use.Constraint != PackageConstraint.Range && !order.Holds(pinned, PackageConstraint.Exact, newest)
            ? [new PackageUpdate(use, written, UpdateKind.Patch, isHeld ? $"{newest} is the newest that {where} has" : $"{where} no longer holds {Excerpt.Of(pinned)}, and the next build breaks; {newest} is the newest there")]
            : [];
        return new PackageAssessment(use, updates, !isHeld, isHeld ? $"{newest} is the newest that {where} has" : $"{where} no longer holds {Excerpt.Of(pinned)}: the next build breaks");
    }

    /// <summary>The versions that a pin may go to, which are never of a stream; and whether it is of one itself, as far as can be told.</summary>
    private static (List<string> Versions, bool IsOfStream) Candidates(PackageUse use, IReadOnlyList<string> versions, PackageOrder order)
    {
        var pinned = use.Version.Value;
        var streams = versions.Where(order.IsVersion).ToLookup(order.IsOfStream);
        List<string> plain = [.. streams[false]];
        return (plain, order.IsOfStream(pinned) || (streams[true].Any(v => !pinned.Contains('-', StringComparison.Ordinal) || order.Holds(pinned, use.Constraint, v)) && !plain.Exists(v => order.Holds(pinned, use.Constraint, v))));
    }

    private static PackageAssessment Unjudged(PackageUse use, PackageFacts facts, string source) =>
        facts.Problem is { } problem ? new PackageAssessment(use, [], IsGone: false, problem) { Problem = problem }
        : new PackageAssessment(use, [], IsGone: false, $"{source} has no package of this name: it may come from a source of its own");
}
