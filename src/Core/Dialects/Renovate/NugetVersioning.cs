namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// NuGet's versions and ranges (<see href="https://learn.microsoft.com/nuget/concepts/package-versioning"/>, <c>versioning/nuget</c>).
/// A version alone means this or a newer one, so that a tag stands for the newest there is and nothing follows it.
/// </summary>
internal sealed class NugetVersioning : Versioning
{
    public static readonly NugetVersioning Instance = new();

    public override string Name => "nuget";

    public override Release? Read(string text)
    {
        text = text.Trim();
        var at = 0;
        var numbers = new List<double>(4);
        while (true)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            if (at == start || numbers.Count == 4)
            {
                return null;
            }

            numbers.Add(Number(text.AsSpan(start, at - start)));
            at = SkipSpaces(text, at);
            if (at == text.Length || text[at] != '.')
            {
                break;
            }

            at = SkipSpaces(text, at + 1);
        }

        var plus = text.IndexOf('+', at);
        var end = plus < 0 ? text.Length : plus;
        return (at == end || (text[at] == '-' && AreIdentifiers(text[(at + 1)..end]))) && (plus < 0 || AreIdentifiers(text[(plus + 1)..]))
            ? new Release(text, [.. numbers]) { PreRelease = at == end ? "" : text[(at + 1)..end] }
            : null;
    }

    public override bool IsValid(string text) => Read(text) is not null || ReadRange(text) is not null;

    public override bool IsSingle(string text) => ReadExact(text) is not null;

    public override int Compare(Release a, Release b)
    {
        for (var i = 0; i < 4; i++)
        {
            var order = (a.Section(i) ?? 0).CompareTo(b.Section(i) ?? 0);
            if (order != 0)
            {
                return order;
            }
        }

        return (a.PreRelease, b.PreRelease) switch
        {
            ("", "") => 0,
            (_, "") => -1,
            ("", _) => 1,
            _ => ComparePreRelease(a.PreRelease.Split('.'), b.PreRelease.Split('.')),
        };
    }

    public override Predicate<Release> Range(string text) =>
        Read(text) is { } version ? r => (r.PreRelease.Length == 0 || version.PreRelease.Length > 0) && Compare(r, version) >= 0
        : ReadRange(text) ?? (_ => false);

    public override Release? Current(string value, List<Release> releases)
    {
        var range = Range(value);
        Release? best = null;
        foreach (var release in releases)
        {
            best = range(release) && (best is null || Compare(release, best) > 0) ? release : best;
        }

        return best ?? Read(value);
    }

    public override string? NewValue(string value, Release? current, Release next) => Read(value) is null ? null : next.Text;

    private static int SkipSpaces(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool AreIdentifiers(string text) =>
        Array.TrueForAll(text.Split('.'), p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

    private static int ComparePreRelease(string[] a, string[] b)
    {
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var (left, right) = (i < a.Length ? a[i] : "", i < b.Length ? b[i] : "");
            var areNumbers = left.Length > 0 && right.Length > 0 && !left.AsSpan().ContainsAnyExceptInRange('0', '9') && !right.AsSpan().ContainsAnyExceptInRange('0', '9');
            var order = areNumbers ? TextOrder.CompareDigits(left, right) : TextOrder.Compare(left.ToLowerInvariant(), right.ToLowerInvariant());
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private Release? ReadExact(string text) =>
        text.Trim() is ['[', .. var inner, ']'] && !inner.Contains(',', StringComparison.Ordinal) && inner.Trim().Length > 0 ? Read(inner) : null;

    private Predicate<Release>? ReadRange(string text)
    {
        if (ReadExact(text) is { } exact)
        {
            return r => Compare(r, exact) == 0;
        }

        if (text.Trim() is [('[' or '(') and var open, .. var inner, (']' or ')') and var close])
        {
            return ReadInterval(inner, open == '[' ? 0 : 1, close == ']' ? 0 : -1);
        }

        return ReadFloating(text) is { } lowest ? r => (r.PreRelease.Length == 0 || lowest.PreRelease.Length > 0) && Compare(r, lowest) >= 0 : null;
    }

    private Predicate<Release>? ReadInterval(string inner, int above, int below)
    {
        var ends = inner.Split(',', StringSplitOptions.TrimEntries);
        if (ends.Length != 2 || (ends[0].Length == 0 && ends[1].Length == 0) || Array.Exists(ends, e => e.Any(char.IsWhiteSpace)))
        {
            return null;
        }

        var from = ends[0].Length == 0 ? null : Read(ends[0]) ?? ReadFloating(ends[0]);
        var to = ends[1].Length == 0 ? null : Read(ends[1]);
        return (from is null && ends[0].Length > 0) || (to is null && ends[1].Length > 0) ? null
            : r => (from is null || Math.Sign(Compare(r, from)) >= above)
                && (to is null || ((r.PreRelease.Length == 0 || to.PreRelease.Length > 0) && Math.Sign(Compare(r, to)) <= below));
    }

    /// <summary>The lowest version of <c>1.*</c>, <c>1.2*</c> or <c>1.2.3-beta.*</c>; they have no upper end.</summary>
    private static Release? ReadFloating(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var pre = dash < 0 ? "" : text[(dash + 1)..];
        var parts = (dash < 0 ? text : text[..dash]).Split('.');
        if (!text.Contains('*', StringComparison.Ordinal) || parts.Length > 4 || (dash >= 0 && !(pre.EndsWith('*') && IsFloatingPreRelease(pre))))
        {
            return null;
        }

        var numbers = new double[4];
        for (var i = 0; i < parts.Length; i++)
        {
            var isFloating = parts[i].EndsWith('*');
            var digits = isFloating ? parts[i][..^1] : parts[i];
            if ((isFloating && i < parts.Length - 1) || (!isFloating && digits.Length == 0) || digits.AsSpan().ContainsAnyExceptInRange('0', '9'))
            {
                return null;
            }

            numbers[i] = digits.Length == 0 ? 0 : Number(digits) * (isFloating ? 10 : 1);
        }

        return new Release(text, numbers) { PreRelease = pre is "*" || pre.EndsWith(".*", StringComparison.Ordinal) ? pre[..^1] + "0" : pre.TrimEnd('*') };
    }

    private static bool IsFloatingPreRelease(string pre) => pre == "*" || AreIdentifiers(pre[..^1].EndsWith('.') ? pre[..^2] : pre[..^1]);
}
