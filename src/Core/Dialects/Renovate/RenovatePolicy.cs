using System.Buffers;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// What Renovate would propose for an image under package rules (<c>lib/workers/repository/process/lookup</c>). It makes a
/// proposal for each of its buckets, major steps apart from others by default; this is the highest of them, and the reason names
/// the rest. Of tags that mean the same version (<c>1.2.3</c>, <c>v1.2.3</c>) it takes the last, so there the order of the
/// candidates counts.
/// </summary>
internal sealed class RenovatePolicy : IPolicy
{
    /// <summary>No registry takes a longer tag (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md"/>).</summary>
    private const int LongestTag = 128;

    private static readonly SearchValues<char> TagCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private readonly IReadOnlyList<PackageRule> _rules;
    private readonly bool _seesAge;

    private readonly UpdateKind _furthest;

    /// <summary>Creates the policy of rules in their order.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="furthest">The furthest step of its proposals: Patch, Minor or Major.</param>
    public RenovatePolicy(IReadOnlyList<PackageRule> rules, UpdateKind furthest = UpdateKind.Major) => (_rules, _furthest, _seesAge) = (rules, furthest, rules.Any(r => r.SeesAge));

    /// <summary>Its proposals one by one, as Renovate makes a pull request of each: what is not major, all, and where a rule parts them, patches.</summary>
    public IReadOnlyList<IPolicy> Parts =>
    [
        .. _rules.SelectMany(r => r.Changes).Any(c => c(new RuleSettings()) is { SeparateMinorPatch: true } or { SeparateMultipleMinor: true }) ? (IPolicy[])[new RenovatePolicy(_rules, UpdateKind.Patch)] : [],
        new RenovatePolicy(_rules, UpdateKind.Minor),
        this,
    ];

    /// <inheritdoc/>
    public string Name => "renovate";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return question.Current is { } tag
            ? new Lookup(this, question, tag).Run()
            : Verdict.Stay("without a tag there is no version to look for updates of");
    }

    /// <summary>The settings that hold before anything is looked up.</summary>
    public RuleSettings SettingsFor(string current, DateTimeOffset now)
    {
        // Once before the lookup and once in it, where rules see what the first round has set.
        var facts = new RuleFacts(current, now);
        return PackageRule.Apply(_rules, PackageRule.Apply(_rules, new RuleSettings(), facts), facts);
    }

    /// <summary>A candidate with what Renovate makes of it.</summary>
    private readonly record struct Found(Release Release, string Tag);

    /// <summary>The newest of a bucket that may go, and the newest of all in it.</summary>
    private sealed class Bucket
    {
        public Found? Ready { get; set; }

        public Found Newest { get; set; }
    }

    /// <summary>One decision.</summary>
    private sealed class Lookup(RenovatePolicy policy, TagQuestion question, string tag)
    {
        private RuleSettings _settings = policy.SettingsFor(tag, question.Now);
        private Versioning _versioning = DockerVersioning.Instance;
        private readonly Dictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
        private readonly List<string> _notes = [];
        private readonly TimeSpan[] _ages = new TimeSpan[3];
        private readonly bool[] _needsAge = new bool[3];
        private string _value = "";
        private string? _compatibility;
        private Release _current = new("", []);

        private int _young;

        private DateTimeOffset? Pushed() => question.Facts.DateOf(tag).Value?.At;

        public Verdict Run()
        {
            _versioning = _settings.Versioning.At(question.Now);
            if (!_settings.Enabled)
            {
                return Verdict.Stay("the rule switches updates off");
            }

            if (tag.Length > LongestTag || tag.AsSpan().ContainsAnyExcept(TagCharacters))
            {
                return Stay("what stands there is no tag");
            }

            _value = tag;
            PartCurrent();
            if (!_versioning.IsValid(_value))
            {
                return Stay($"{tag} is no version that the versioning '{_versioning.Name}' reads");
            }

            if (!_settings.UpdatePinned && _versioning.IsSingle(_value))
            {
                return Stay($"{tag} names one version, and updatePinnedDependencies is off");
            }

            if (_settings.FollowTag is { } followed)
            {
                return Stay($"followTag asks for the version of '{Images.Excerpt.Of(followed)}', which Renovate knows for no image, so it proposes nothing");
            }

            var found = ReadCandidates();
            if (CurrentVersion(found) is not { } current)
            {
                return Stay($"no tag is a version that {tag} could stand for");
            }

            _current = current;
            if (policy._seesAge && Pushed() is not null)
            {
                // Rules about the age of the current version hold from here on.
                _settings = PackageRule.Apply(policy._rules, _settings, new RuleFacts(tag, question.Now) { CurrentPushed = Pushed });
            }

            var range = _versioning.Range(_value);
            var isGone = _settings.RollbackPrs && !found.Exists(f => range(f.Release));
            var rollback = isGone ? Rollback(found) : null;
            if (isGone && rollback is null)
            {
                return Stay($"{tag} is gone, and there is none before it to go back to");
            }

            if (Fill(found) is { } problem)
            {
                return Stay(problem);
            }

            return Choose(rollback);
        }

        private static string Sentence(string text, List<string> notes) => notes.Count == 0 ? text : $"{text}; {string.Join("; ", notes)}";

        private Verdict Stay(string reason) => Verdict.Stay(_settings.PinDigests ? $"{reason}; its digest is pinned" : reason);

        private void PartCurrent()
        {
            if (_settings.VersionCompatibility is { } parts && parts.TryPart(tag, out var version, out var compatibility))
            {
                (_value, _compatibility) = (version, compatibility);
            }
        }

        private List<Found> ReadCandidates()
        {
            var found = new List<Found>(question.Candidates.Count);
            foreach (var candidate in question.Candidates)
            {
                if (candidate.Length > LongestTag || candidate.AsSpan().ContainsAnyExcept(TagCharacters))
                {
                    continue;
                }

                var text = candidate;
                if (_settings.ExtractVersion is { } extract)
                {
                    if (extract.Match(text).Groups[extract.GroupNumber("version") ?? 0] is not { Success: true, Length: > 0 } extracted)
                    {
                        continue;
                    }

                    text = extracted.Value;
                }

                if (_settings.VersionCompatibility is { } parts)
                {
                    if (!parts.TryPart(text, out var version, out var compatibility) || compatibility != _compatibility)
                    {
                        continue;
                    }

                    text = version;
                }

                if (_versioning.Read(text) is { } release)
                {
                    found.Add(new Found(release, candidate));
                }
            }

            return found;
        }

        private Release? CurrentVersion(List<Found> found)
        {
            if (_versioning.IsSingle(_value))
            {
                foreach (var candidate in found)
                {
                    if (candidate.Release.Text == _value)
                    {
                        return candidate.Release;
                    }
                }
            }

            return _versioning.Current(_value, found.ConvertAll(f => f.Release));
        }

        /// <summary>The newest older version where the current one is gone, whatever its suffix.</summary>
        private Found? Rollback(List<Found> found)
        {
            Found? best = null;
            var keepStable = _versioning.Read(_value) is { } value && _versioning.IsStable(value);
            foreach (var candidate in found)
            {
                if (_versioning.IsBelow(candidate.Release, _value))
                {
                    var order = best is not { } other ? 1
                        : keepStable && _versioning.IsStable(candidate.Release) != _versioning.IsStable(other.Release) ? (_versioning.IsStable(candidate.Release) ? 1 : -1)
                        : _versioning.Compare(candidate.Release, other.Release);
                    best = order >= 0 ? candidate : best;
                }
            }

            return best;
        }

        /// <summary>Puts what may follow into its bucket; says why where nothing can be decided.</summary>
        private string? Fill(List<Found> found)
        {
            Predicate<Release>? isAllowed = null;
            if (_settings.Allowed is { } allowed)
            {
                isAllowed = allowed.Read(_versioning, _current, out var error);
                if (isAllowed is null)
                {
                    return error;
                }
            }

            for (var kind = UpdateKind.Patch; kind <= UpdateKind.Major; kind++)
            {
                // A rule for one kind of update can set another age.
                var settings = ForType(_settings, new RuleFacts(tag, question.Now) { UpdateType = RuleFacts.TypeOf(kind), CurrentVersion = _current.Text }, applyBefore: false);
                _ages[kind - UpdateKind.Patch] = settings.MinimumAge == TimeSpan.Zero ? TimeSpan.Zero : settings.MinimumAge + settings.AgeBuffer;
                _needsAge[kind - UpdateKind.Patch] = settings.NeedsAge;
            }

            var value = _versioning.Read(_value);
            var isStable = found.Find(f => _versioning.AreEqual(f.Release, _current)) is { Release: { } here } && _versioning.IsStable(here);
            foreach (var candidate in found)
            {
                var release = candidate.Release;
                if (!_versioning.IsGreater(release, _current)
                    || !_versioning.IsCompatible(release, value)
                    || (_settings.MaxMajorIncrement > 0 && release.Major - _current.Major > _settings.MaxMajorIncrement)
                    || (isAllowed is not null && !isAllowed(release))
                    || (_settings.IgnoreUnstable && !IsStableEnough(release, isStable)))
                {
                    continue;
                }

                var kind = KindOf(release);
                if (BucketOf(release, kind) is { } name)
                {
                    Put(name, candidate, kind);
                }
            }

            return null;
        }

        private bool IsStableEnough(Release release, bool currentIsStable) =>
            _versioning.IsStable(release)
            || (!currentIsStable && release.HasSame(0, _current)
                && (_versioning.AllowsUnstableSteps || (release.HasSame(1, _current) && release.HasSame(2, _current))));

        private UpdateKind KindOf(Release release) =>
            !_versioning.IsSame(0, release, _current) ? UpdateKind.Major : !_versioning.IsSame(1, release, _current) ? UpdateKind.Minor : UpdateKind.Patch;

        private string? BucketOf(Release release, UpdateKind kind)
        {
            if (!_settings.SeparateMajorMinor)
            {
                return "latest";
            }

            return release.Numbers is not [var major, ..] ? null
                : kind == UpdateKind.Major ? (_settings.SeparateMultipleMajor ? $"v{major}" : "major")
                : release.Numbers is not [_, var minor, ..] || _current.Numbers.Length < 2 ? "non-major"
                : kind == UpdateKind.Minor ? (_settings.SeparateMultipleMinor ? $"v{major}.{minor}" : _settings.SeparateMinorPatch ? "minor" : "non-major")
                : _settings.SeparateMinorPatch ? "patch" : "non-major";
        }

        private void Put(string name, Found candidate, UpdateKind kind)
        {
            if (!_buckets.TryGetValue(name, out var bucket))
            {
                _buckets[name] = bucket = new Bucket { Newest = candidate };
            }

            if (_versioning.Compare(candidate.Release, bucket.Newest.Release) >= 0)
            {
                bucket.Newest = candidate;
            }

            if (Waits(candidate.Tag, kind, isChosen: false))
            {
                _young++;
            }
            else if (bucket.Ready is not { } ready || _versioning.Compare(candidate.Release, ready.Release) >= 0)
            {
                bucket.Ready = candidate;
            }
        }

        /// <summary>Whether a version has to wait. What nobody has asked the age of yet does not; only of what is chosen it has to be known.</summary>
        private bool Waits(string candidate, UpdateKind kind, bool isChosen)
        {
            var age = _ages[kind - UpdateKind.Patch];
            if (age <= TimeSpan.Zero || _settings.ChecksFilter == "none")
            {
                return false;
            }

            var date = isChosen ? question.Facts.DateOf(candidate, _young) : question.Facts.PeekDate(candidate);
            return date.Value is { } known ? question.Now - known.At < age : !date.IsOpen && _needsAge[kind - UpdateKind.Patch];
        }

        private string Waiting(string candidate) =>
            $"{candidate} waits until it is old enough{(question.Facts.PeekDate(candidate).Value is { Origin.Length: > 0 } date ? $": {date}" : "")}";

        private Verdict Choose(Found? rollback)
        {
            var proposals = new List<(Found Found, string Written, UpdateKind Kind)>();
            foreach (var bucket in _buckets.Values)
            {
                if ((bucket.Ready is null || Waits(bucket.Ready.Value.Tag, KindOf(bucket.Ready.Value.Release), isChosen: true)) && _settings.ChecksFilter == "strict")
                {
                    _notes.Add(Waiting(bucket.Newest.Tag));
                    continue;
                }

                var next = bucket.Ready ?? bucket.Newest;
                var isNewest = _versioning.Compare(next.Release, bucket.Newest.Release) == 0;
                if (KindOf(next.Release) <= policy._furthest && Propose(next, KindOf(next.Release), isRollback: false) is { } written)
                {
                    proposals.Add((next, written, KindOf(next.Release)));
                    if (!isNewest)
                    {
                        _notes.Add(Waiting(bucket.Newest.Tag));
                    }
                }
            }

            if (proposals.Count == 0 && rollback is { } back && Propose(back, KindOf(back.Release), isRollback: true) is { } older)
            {
                return new Verdict(older, KindOf(back.Release), Sentence($"{tag} is gone, and this is the newest before it", _notes));
            }

            if (proposals.Count == 0)
            {
                return Stay(Sentence($"no newer version that may follow {tag} in the versioning '{_versioning.Name}'{Bound()}", _notes));
            }

            var best = proposals[0];
            foreach (var proposal in proposals)
            {
                best = _versioning.Compare(proposal.Found.Release, best.Found.Release) > 0 ? proposal : best;
            }

            foreach (var proposal in proposals)
            {
                if (proposal.Written != best.Written)
                {
                    _notes.Add($"{proposal.Written} is proposed beside it as a {RuleFacts.TypeOf(proposal.Kind)} step");
                }
            }

            return new Verdict(best.Written, best.Kind, Sentence($"newest that may follow {tag} in the versioning '{_versioning.Name}'{Bound()}", _notes));
        }

        private string Bound() => _settings.Allowed is { } allowed ? $" within {Images.Excerpt.Of(allowed.Text)}" : "";

        /// <summary>What is written for a version; null where nothing is, with a note where a person would wonder.</summary>
        private string? Propose(Found next, UpdateKind kind, bool isRollback)
        {
            var written = _versioning.NewValue(_value, isRollback ? null : _current, next.Release);
            if (written is null || written == _value)
            {
                return null;
            }

            if (!isRollback && _versioning.Read(written) is { } after && _versioning.Read(_value) is { } before && _versioning.IsGreater(before, after))
            {
                return null;
            }

            if (_settings.VersionCompatibility is not null && tag.IndexOf(_value, StringComparison.Ordinal) is var at and >= 0)
            {
                written = string.Concat(tag.AsSpan(0, at), written, tag.AsSpan(at + _value.Length));
            }

            var facts = new RuleFacts(tag, question.Now)
            {
                UpdateType = isRollback ? "rollback" : RuleFacts.TypeOf(kind),
                CurrentVersion = _versioning.ToVersion(_current.Text),
                CurrentPushed = Pushed,
                NewValue = written,
                IsBreaking = !isRollback && _versioning.IsBreaking(_current, next.Release),
            };
            if (!ForType(new RuleSettings { Versioning = _versioning }, facts, applyBefore: true).Enabled)
            {
                _notes.Add($"the rule switches {facts.UpdateType} steps off, as to {written}");
                return null;
            }

            if (written != next.Tag && !question.Candidates.Contains(written, StringComparer.Ordinal))
            {
                _notes.Add($"{written} would be written for {next.Tag}, and the registry has no such tag");
                return null;
            }

            return written;
        }

        private RuleSettings ForType(RuleSettings settings, RuleFacts facts, bool applyBefore)
        {
            settings = applyBefore ? PackageRule.Apply(policy._rules, settings, facts) : settings;
            return PackageRule.Apply(policy._rules, settings.For(facts.UpdateType!), facts);
        }
    }
}
