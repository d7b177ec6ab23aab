namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Renovate's default for images: numbers, a pre-release glued to them, and a suffix that has to stay as it is
/// (<c>versioning/docker</c>). Its oddities: the shorter of two is the greater (10.1 &gt; 10.1.2), a <c>v</c> counts for
/// nothing, what stands behind the first dash is no pre-release, and letters behind numbers are one even where they are a build.
/// </summary>
internal sealed class DockerVersioning : Versioning
{
    public static readonly DockerVersioning Instance = new();

    public override string Name => "docker";

    public override Release? Read(string text)
    {
        if (text.Length == 0 || IsCommit(text))
        {
            return null;
        }

        var at = text[0] == 'v' ? 1 : 0;
        var numbers = Dotted(text, ref at);
        if (numbers.Length == 0)
        {
            return null;
        }

        var glued = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        if (at < text.Length && text[at] != '-')
        {
            return null;
        }

        return new Release(text, numbers)
        {
            PreRelease = glued == at ? "" : text[glued..at],
            Suffix = at == text.Length ? "" : text[(at + 1)..],
        };
    }

    public override int Compare(Release a, Release b)
    {
        for (var i = 0; i < Math.Max(a.Numbers.Length, b.Numbers.Length); i++)
        {
            if (i >= a.Numbers.Length || i >= b.Numbers.Length)
            {
                return b.Numbers.Length.CompareTo(a.Numbers.Length);
            }

            var order = a.Numbers[i].CompareTo(b.Numbers[i]);
            if (order != 0)
            {
                return order;
            }
        }

        if (a.PreRelease != b.PreRelease)
        {
            return a.PreRelease.Length == 0 ? 1 : b.PreRelease.Length == 0 ? -1 : TextOrder.Compare(a.PreRelease, b.PreRelease);
        }

        return TextOrder.Compare(b.Suffix, a.Suffix);
    }

    public override bool IsCompatible(Release candidate, Release? current) =>
        current is not null && candidate.Numbers.Length == current.Numbers.Length && candidate.Suffix == current.Suffix;

    public override string ToVersion(string value) => value.Split('-')[0];
}
