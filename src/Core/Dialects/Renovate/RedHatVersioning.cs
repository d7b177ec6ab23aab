namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Red Hat's images, <c>9.4-1227.1726694542</c> and <c>1.2.3.GA-4</c>: up to three numbers and up to two of the release (<c>versioning/redhat</c>).</summary>
internal sealed class RedHatVersioning : Versioning
{
    private const string General = ".GA";

    public static readonly RedHatVersioning Instance = new();

    public override string Name => "redhat";

    public override Release? Read(string text)
    {
        var at = text.StartsWith('v') ? 1 : 0;
        var version = Dotted(text, ref at);
        if (version.Length is 0 or > 3)
        {
            return null;
        }

        at += text.AsSpan(at).StartsWith(General, StringComparison.Ordinal) ? General.Length : 0;
        double[] release = [];
        if (at < text.Length && text[at] == '-')
        {
            at++;
            release = Dotted(text, ref at);
            if (release.Length is 0 or > 2)
            {
                return null;
            }
        }

        var numbers = new double[5];
        version.CopyTo(numbers, 0);
        release.CopyTo(numbers, 3);
        return at == text.Length ? new Release(text, numbers) : null;
    }
}
