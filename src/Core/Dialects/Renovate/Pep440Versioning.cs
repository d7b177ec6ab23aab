namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Python's versions and specifiers (<c>versioning/pep440</c>); <c>3.12-slim</c> is none. It goes back to no older version.</summary>
internal class Pep440Versioning : Versioning
{
    public static readonly Pep440Versioning Instance = new();

    protected Pep440Versioning()
    {
    }

    public override string Name => "pep440";

    public override Release? Read(string text) => Pep440Release.Read(text);

    public override bool IsValid(string text) => Pep440Range.TryRead(text, out _) || Read(text) is not null;

    public override bool IsSingle(string text) =>
        Read(text) is not null || (text.StartsWith("==", StringComparison.Ordinal) && Read(text[2..].Trim()) is not null);

    public override int Compare(Release a, Release b) => Pep440Release.Order((Pep440Release)a, (Pep440Release)b);

    public override bool IsStable(Release release) => release is Pep440Release { Pre: null, Dev: null };

    public override Predicate<Release> Range(string text) =>
        Read(text) is not null ? base.Range(text)
        : Pep440Range.TryRead(text, out var range) ? r => range.Contains((Pep440Release)r)
        : _ => false;

    public override bool IsBelow(Release release, string value) => false;

    public override Release? Current(string value, List<Release> releases)
    {
        var range = Range(value);
        return releases.FindAll(r => range(r)) is [var only] ? only : Read(value);
    }

    public override string? NewValue(string value, Release? current, Release next) =>
        value == current?.Text ? next.Text
        : Read(value) is null ? null
        : value[0] is 'v' or 'V' ? value[0] + next.Text
        : next.Text;
}
