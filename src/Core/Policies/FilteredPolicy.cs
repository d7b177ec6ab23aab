using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// A policy with filters before it. The policy is asked about every tag first, so that it judges by all that the registry
/// holds; only where its choice may not be taken, it is asked about those that may be, and the reason tells of the other.
/// </summary>
/// <param name="Selector">The policy that chooses.</param>
/// <param name="Filters">What it may choose from.</param>
public sealed record FilteredPolicy(IPolicy Selector, TagFilters Filters) : IPolicy
{
    /// <inheritdoc/>
    public string Name => Selector.Name;

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var matcher = Filters.Extract is null ? null : new GoMatcher(Filters.Pattern!);
        var current = question.Current is { } tag ? ValueOf(tag) : null;
        var remark = question.Current is not null && current is null ? $"; {question.Current} does not match {Excerpt.Of(Filters.Pattern!.Text)}" : "";
        var all = View.Of(question.Candidates, Filters.Pattern is null ? null : ValueOf, Filters.Extract is not null);
        var version = current is null ? null : TagVersion.Of(current);
        var first = Ask(all);
        if (first.Selected is not { } wanted || !question.Facts.IsWhole)
        {
            return Answer(first, all, remark);
        }

        var why = WhyNot(all[wanted], wanted);
        if (why is null && (IsOfAge(question, all[wanted], 0) || !question.Facts.IsWhole))
        {
            return Answer(first, all, remark);
        }

        // What nobody has asked for the age of yet counts as old enough; only of what is chosen it has to be known.
        why ??= "is one more than are looked at";
        var young = 0;
        var allowed = all.Where((candidate, value) =>
        {
            if (Exclude(question, version, candidate, value, out var isYoung) is null)
            {
                return true;
            }

            young += isYoung ? 1 : 0;
            return false;
        });
        var second = Ask(allowed);
        return second.Selected is { } next && question.Facts.IsWhole && !IsOfAge(question, allowed[next], young) && question.Facts.AreDatesCut
            ? Verdict.Stay($"the {TagFacts.Most} tags that were looked at may not be taken{remark}; {all[wanted]} {why}")
            : Answer(second, allowed, $"{remark}; {all[wanted]} {why}");

        Verdict Ask(View view) => Selector.Decide(question with { Current = current, Candidates = view.Values });

        // What the policy sees of a tag; null where it sees nothing of it.
        string? ValueOf(string tag) =>
            matcher is null ? Filters.Pattern is null || Filters.Pattern.IsMatch(tag) ? tag : null
            : matcher.Match(tag) is { Success: true } match && Filters.Extract!.Expand(match) is { Length: > 0 } value ? value
            : null;

        string? WhyNot(string candidate, string value) => Exclude(question, version, candidate, value, out _);
    }

    private static Verdict Answer(Verdict verdict, View view, string remark) =>
        verdict with { Selected = verdict.Selected is { } selected ? view[selected] : null, Reason = verdict.Reason + remark };

    /// <summary>Why a tag may not be chosen; null where it may.</summary>
    private string? Exclude(TagQuestion question, TagVersion? current, string tag, string value, out bool isYoung)
    {
        isYoung = false;
        foreach (var glob in Filters.Ignored)
        {
            if (glob.Matches(tag))
            {
                return $"is ignored by {glob}";
            }
        }

        // To stay nothing has to be old: a policy that would stay must not be sent back to an older tag.
        if (Filters.MinimumAge is { } age && tag != question.Current && question.Facts.PeekDate(tag) is { IsOpen: false } date && !(question.Now - date.Value?.At >= age))
        {
            isYoung = true;
            return date.Value is null ? "has no known push date, so nobody knows how old it is" : $"was {date.Value.Verb} less than {Text(age)} ago{date.Value.Origin}";
        }

        if (Filters.Allowed is null && Filters.Furthest is null)
        {
            return null;
        }

        var version = TagVersion.Of(value);
        if (Filters.Furthest is { } furthest)
        {
            if (current is not { IsOrdered: true })
            {
                return $"may be any step: {current?.Text ?? "the current tag"} is no version that 'level' could be told from";
            }

            if (version.Scheme != current.Scheme)
            {
                return "is no version to compare with the current one";
            }

            if (StepKind.Between(current, version) is var step && step > furthest)
            {
                return step == UpdateKind.Major ? "is a major step" : "is a minor step";
            }
        }

        return Filters.Allowed is null || Filters.Allowed.Allows(version) ? null : $"is outside {Excerpt.Of(Filters.Allowed.Text)}";
    }

    /// <summary>Whether a tag is known to be old enough, or need not be; it is asked for where it can be known.</summary>
    private bool IsOfAge(TagQuestion question, string tag, int young) =>
        Filters.MinimumAge is not { } age || tag == question.Current || question.Now - question.Facts.DateOf(tag, young).Value?.At >= age;

    private static string Text(TimeSpan age) =>
        age.Ticks % TimeSpan.TicksPerDay == 0 ? $"{age.Days} {(age.Days == 1 ? "day" : "days")}" : $"{(long)age.TotalHours} hours";

    /// <summary>Tags, and what the policy sees of them.</summary>
    private sealed class View(IReadOnlyList<string> tags, IReadOnlyList<string> values)
    {
        private Dictionary<string, string>? _tagOf;

        /// <summary>What the policy sees.</summary>
        public IReadOnlyList<string> Values => values;

        /// <summary>The tag of a value; of several the last in the order of their characters.</summary>
        public string this[string value]
        {
            get
            {
                if (ReferenceEquals(tags, values))
                {
                    return value;
                }

                if (_tagOf is null)
                {
                    _tagOf = new Dictionary<string, string>(tags.Count, StringComparer.Ordinal);
                    for (var i = 0; i < tags.Count; i++)
                    {
                        if (!_tagOf.TryAdd(values[i], tags[i]) && string.CompareOrdinal(tags[i], _tagOf[values[i]]) > 0)
                        {
                            _tagOf[values[i]] = tags[i];
                        }
                    }
                }

                return _tagOf[value];
            }
        }

        /// <summary>The tags that have a value.</summary>
        public static View Of(IReadOnlyList<string> tags, Func<string, string?>? valueOf, bool changes)
        {
            if (valueOf is null)
            {
                return new View(tags, tags);
            }

            var kept = new List<string>();
            var values = changes ? new List<string>() : kept;
            foreach (var tag in tags)
            {
                if (valueOf(tag) is { } value)
                {
                    kept.Add(tag);
                    if (changes)
                    {
                        values.Add(value);
                    }
                }
            }

            return new View(kept, values);
        }

        /// <summary>Those of which a tag and its value pass.</summary>
        public View Where(Func<string, string, bool> passes)
        {
            var kept = new List<string>();
            var changes = !ReferenceEquals(tags, values);
            var those = changes ? new List<string>() : kept;
            for (var i = 0; i < tags.Count; i++)
            {
                if (passes(tags[i], values[i]))
                {
                    kept.Add(tags[i]);
                    if (changes)
                    {
                        those.Add(values[i]);
                    }
                }
            }

            return new View(kept, those);
        }
    }
}
