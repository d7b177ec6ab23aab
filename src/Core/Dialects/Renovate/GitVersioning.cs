namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Commits, which have no order: each is below every other, itself included, so that nothing is ever newer (<c>versioning/git</c>).</summary>
internal sealed class GitVersioning : Versioning
{
    public static readonly GitVersioning Instance = new();

    public override string Name => "git";

    public override Release? Read(string text)
    {
        if (text.Length is < 7 or > 40)
        {
            return null;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return null;
            }
        }

        return new Release(text, [1, 0, 0]);
    }

    public override int Compare(Release a, Release b) => -1;
}
