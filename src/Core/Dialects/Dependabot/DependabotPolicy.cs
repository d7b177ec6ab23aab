using System.Globalization;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// The tag that Dependabot's docker ecosystem would propose (<c>docker/lib/dependabot/docker/update_checker.rb</c>). Where no
/// digests are known it decides as the tool does where the registry answers none. The order of the candidates does not matter.
/// </summary>
internal sealed class DependabotPolicy : IPolicy
{
    private readonly DependabotRules _rules;
    private readonly string? _image;
    private readonly List<AllowRule> _allow;
    private readonly List<IgnoreRule> _ignore;
    private readonly Cooldown? _cooldown;
    private readonly bool _keepsPrecision;

    /// <summary>Creates the policy.</summary>
    /// <param name="rules">The rules of the entry.</param>
    /// <param name="image">The image as the entry names images: without registry, <c>python</c>, <c>acme/app</c>. Null: every rule is for it.</param>
    public DependabotPolicy(DependabotRules rules, string? image = null)
    {
        _rules = rules;
        _image = image;
        _allow = [.. rules.Allow.Where(r => r.CoversImages && IsFor(r.DependencyName))];
        _ignore = [.. rules.Ignore.Where(r => IsFor(r.DependencyName))];
        _cooldown = rules.Cooldown ?? Cooldown.Default;
        _cooldown = _cooldown.Covers(image) ? _cooldown : null;
        _keepsPrecision = rules.Cooldown is null || _cooldown is null;
    }

    /// <inheritdoc/>
    public string Name => "dependabot";

    /// <summary>The same rules for one image, so that <c>dependency-name</c>, <c>include</c> and <c>exclude</c> count.</summary>
    public DependabotPolicy For(string image) => new(_rules, image);

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Current is not { } name)
        {
            return Verdict.Stay("without a tag there is nothing to compare with");
        }

        if (!_rules.Allow.IsEmpty && _allow.Count == 0)
        {
            return Verdict.Stay("no rule under allow covers this image");
        }

        if (!DependabotTag.TryParse(name, out var current) || !DependabotVersion.TryParse(current.NumericVersion, out var version))
        {
            return Verdict.Stay($"{name} holds no version that Dependabot compares");
        }

        var ignored = Ignored(name);
        if (ignored.Exists(r => r.IsEverything))
        {
            return Verdict.Stay("every version is ignored");
        }

        var verdict = Find(null);

        // What is above the version of latest is a pre-release; that costs requests, so it is only asked where there is a step.
        return verdict.Selected is not null && !current.LooksLikePreRelease() && VersionOfLatest(question) is { } latest && DependabotVersion.Compare(version, latest) <= 0
            ? Find(latest)
            : verdict;

        Verdict Find(DependabotVersion? highest)
        {
            var search = new Search(this, question, current, version, ignored, highest);
            foreach (var candidate in question.Candidates)
            {
                search.Look(candidate);
            }

            return search.Verdict();
        }
    }

    /// <summary>The highest version that is what <c>latest</c> is (<c>version_of_latest_tag</c>); null where none is known to be.</summary>
    private static DependabotVersion? VersionOfLatest(TagQuestion question)
    {
        const string Latest = "latest";
        const int AtATime = 8;
        if (!question.Candidates.Contains(Latest, StringComparer.Ordinal) || question.Facts.DigestOf(Latest).Value is not { } digest)
        {
            return null;
        }

        var versions = new List<(string Tag, DependabotVersion Version)>();
        foreach (var name in question.Candidates)
        {
            if (DependabotTag.TryParse(name, out var tag) && tag.IsCanonical && DependabotVersion.TryParse(tag.NumericVersion, out var version))
            {
                versions.Add((name, version));
            }
        }

        versions.Sort(static (a, b) => DependabotVersion.Compare(b.Version, a.Version) is var order and not 0 ? order : string.CompareOrdinal(b.Tag, a.Tag));
        var lacking = 0;
        foreach (var (tag, version) in versions)
        {
            var its = question.Facts.DigestOf(tag);
            lacking += its.IsOpen ? 1 : 0;
            if (its.Value == digest)
            {
                return version;
            }

            if (lacking == AtATime || question.Facts.IsCut)
            {
                return null;
            }
        }

        return null;
    }

    private bool IsFor(string? pattern) => pattern is null || _image is null || NamePattern.Matches(pattern, _image);

    /// <summary>What the rules pass over, from the tag in use: the tag as a whole counts, not only its version.</summary>
    private List<GemRequirement> Ignored(string current)
    {
        var ignored = new List<GemRequirement>();
        var hasVersion = DependabotVersion.TryParse(current, out var version);
        foreach (var rule in _ignore)
        {
            if (rule.Versions.IsEmpty && rule.UpdateTypes.IsEmpty)
            {
                ignored.Add(Read(">= 0"));
            }

            ignored.AddRange(rule.Versions);
            AddSteps(rule.UpdateTypes);
        }

        // Steps that no rule permits are ignored (updater/lib/dependabot/job.rb).
        if (_allow.Count > 0 && _allow.TrueForAll(r => !r.UpdateTypes.IsEmpty))
        {
            AddSteps(SemverSteps.All.Where(s => !_allow.Exists(r => r.UpdateTypes.Contains(s))));
        }

        return ignored;

        void AddSteps(IEnumerable<SemverStep> steps)
        {
            if (hasVersion)
            {
                ignored.AddRange(steps.Select(s => Read(SemverSteps.Range(s, version!))));
            }
        }
    }

    private static GemRequirement Read(string text) =>
        GemRequirement.TryParse(text, out var requirement) ? requirement : throw new InvalidOperationException($"'{text}' is no range");

    /// <summary>Looks at one candidate after the other and keeps the best.</summary>
    private sealed class Search(DependabotPolicy policy, TagQuestion question, DependabotTag current, DependabotVersion version, List<GemRequirement> ignored, DependabotVersion? highest)
    {
        private readonly List<string> _components = current.Components(question.Candidates);
        private readonly bool _isPreRelease = current.LooksLikePreRelease();
        private readonly int _precision = current.Precision;
        private readonly List<Candidate> _found = [];
        private Candidate? _best;
        private Candidate? _ignored;
        private GemRequirement? _ignoredBy;
        private Candidate? _waiting;
        private int _waitingDays;
        private int _young;

        public void Look(string name)
        {
            if (!DependabotTag.TryParse(name, out var tag)
                || !tag.IsComparableTo(current)
                || (_components.Count > 0 && !tag.HasComponents(_components)))
            {
                return;
            }

            // The tool breaks off at a tag whose version it can't read, such as 2024_01_02; here that tag is none.
            var precision = tag.Precision;
            if (!DependabotVersion.TryParse(tag.NumericVersion, out var found)
                || DependabotVersion.Compare(found, version) < 0
                || (current.IsNormal && _precision <= 2 && precision > _precision)
                || (!_isPreRelease && (tag.LooksLikePreRelease() || (highest is not null && DependabotVersion.Compare(found, highest) > 0))))
            {
                return;
            }

            var candidate = new Candidate(tag, found, precision);
            if (_best is not null && Compare(candidate, _best) <= 0 && !(policy._keepsPrecision && precision == _precision))
            {
                return;
            }

            if (ignored.Find(r => r.IsSatisfiedBy(found.Release)) is { } rule)
            {
                if (_ignored is null || Compare(candidate, _ignored) > 0)
                {
                    (_ignored, _ignoredBy) = (candidate, rule);
                }
            }
            else if (Waits(candidate, isChosen: false) is { } days)
            {
                _young++;
                if (_waiting is null || Compare(candidate, _waiting) > 0)
                {
                    (_waiting, _waitingDays) = (candidate, days);
                }
            }
            else
            {
                _best = _best is null || Compare(candidate, _best) > 0 ? candidate : _best;
                if (policy._keepsPrecision && precision == _precision)
                {
                    _found.Add(candidate);
                }
            }
        }

        public Verdict Verdict()
        {
            var best = _best;
            if (best is not null && best.Precision != _precision)
            {
                best = WithPrecision(best);
            }

            if (best is not null && DependabotVersion.Compare(best.Version, version) > 0)
            {
                // Of what is chosen, the age has to be known where it can be.
                _ = Waits(_best!, isChosen: true);
                _ = Waits(best, isChosen: true);
                if (question.Facts.AreDatesCut)
                {
                    return Policies.Verdict.Stay($"the {TagFacts.Most} tags that were looked at, the newest first, are not old enough");
                }
            }

            var remark = Remark(best);
            if (best is null || DependabotVersion.Compare(best.Version, version) <= 0)
            {
                return Policies.Verdict.Stay($"{current} is the newest tag{Line()} that may be taken{remark}");
            }

            var kind = SemverSteps.Between(version, best.Version) switch
            {
                SemverStep.Major => UpdateKind.Major,
                SemverStep.Minor => UpdateKind.Minor,
                _ => UpdateKind.Patch,
            };
            return new Verdict(best.Tag.Name, kind, $"newest tag{Line()}{remark}");
        }

        /// <summary>
        /// A tag of the current one's precision takes the place of a more precise one of the same version, if both have one digest,
        /// or none that is known. Under a cooldown that is written the tool has one tag alone to look at.
        /// </summary>
        private Candidate WithPrecision(Candidate best)
        {
            Candidate? other = null;
            foreach (var found in _found)
            {
                other = DependabotVersion.Compare(found.Version, best.Version) <= 0 && (other is null || Compare(found, other) > 0) ? found : other;
            }

            return other is not null && other.Tag.IsSameButLessPrecise(best.Tag)
                && (DependabotVersion.Compare(best.Version, version) <= 0 || question.Facts.DigestOf(other.Tag.Name).Value == question.Facts.DigestOf(best.Tag.Name).Value)
                ? other
                : best;
        }

        /// <summary>The days that a candidate has to be there where it has not been for so long; null where it need not wait or its age is unknown.</summary>
        private int? Waits(Candidate candidate, bool isChosen)
        {
            var days = policy._cooldown is { } cooldown ? cooldown.DaysBetween(version, candidate.Version) : 0;
            return days > 0
                && (isChosen ? question.Facts.DateOf(candidate.Tag.Name, _young) : question.Facts.PeekDate(candidate.Tag.Name)).Value is { } date
                && question.Now.ToUnixTimeSeconds() - date.At.ToUnixTimeSeconds() < days * 86_400L ? days : null;
        }

        private int Compare(Candidate a, Candidate b)
        {
            var order = DependabotVersion.Compare(a.Version, b.Version);
            order = order != 0 ? order : (a.Precision == _precision).CompareTo(b.Precision == _precision);
            order = order != 0 ? order : string.CompareOrdinal(a.Tag.Version, b.Tag.Version);

            // Between 1.2.0 and v1.2.0 the tool takes either.
            order = order != 0 ? order : (a.Tag.HasV == current.HasV).CompareTo(b.Tag.HasV == current.HasV);
            return order != 0 ? order : string.CompareOrdinal(a.Tag.Name, b.Tag.Name);
        }

        private string Line() =>
            (current.Prefix is null ? "" : $" with prefix {current.Prefix}") + (current.Suffix is null ? "" : $" with suffix {current.Suffix}");

        private string Remark(Candidate? best)
        {
            var remark = "";
            if (_waiting is not null && DependabotVersion.Compare(_waiting.Version, best?.Version ?? version) > 0)
            {
                remark = string.Create(CultureInfo.InvariantCulture, $"; {_waiting.Tag} is not yet {_waitingDays} days old{question.Facts.PeekDate(_waiting.Tag.Name).Value?.Origin}");
            }

            return _ignored is not null && DependabotVersion.Compare(_ignored.Version, best?.Version ?? version) > 0
                ? $"{remark}; {_ignored.Tag} is ignored by {_ignoredBy}"
                : remark;
        }
    }

    private sealed record Candidate(DependabotTag Tag, DependabotVersion Version, int Precision);
}
