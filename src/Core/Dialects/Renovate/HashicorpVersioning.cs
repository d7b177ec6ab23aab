namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Terraform's constraints (<see href="https://developer.hashicorp.com/terraform/language/expressions/version-constraints"/>,
/// <c>versioning/hashicorp</c>) over npm's versions. A <c>v</c> stays as it is in the current text, whether or not the new tag has it.
/// </summary>
internal sealed class HashicorpVersioning : NpmVersioning
{
    private static readonly string[] Operators = ["!=", ">=", "<=", "~>", "=", ">", "<", ""];

    public static new readonly HashicorpVersioning Instance = new();

    private HashicorpVersioning()
        : base("hashicorp")
    {
    }

    public override Predicate<Release> Range(string text)
    {
        // Versions after != are left out by their text; the rest has to be a range without them.
        var excluded = new List<string>();
        var rest = new List<string>();
        foreach (var piece in text.Split(',', StringSplitOptions.TrimEntries))
        {
            (piece.StartsWith("!=", StringComparison.Ordinal) ? excluded : rest).Add(piece);
        }

        var range = base.Range(string.Join(',', rest));
        return excluded.Count == 0 ? range : r => !excluded.Exists(e => e[2..].Trim() == r.Text) && range(r);
    }

    public override string? NewValue(string value, Release? current, Release next)
    {
        if (Normalized(value) is not { } npm || base.NewValue(npm, current, next) is not { } written)
        {
            return null;
        }

        written = written.StartsWith('v') ? written[1..] : written;
        return value.StartsWith('v') ? "v" + written : written;
    }

    protected override string? Normalized(string range)
    {
        var pieces = range.Split(',');
        for (var i = 0; i < pieces.Length; i++)
        {
            var piece = pieces[i].Trim();
            var op = Array.Find(Operators, o => piece.StartsWith(o, StringComparison.Ordinal))!;
            var version = piece[op.Length..].TrimStart();
            version = version.StartsWith('v') ? version[1..] : version;
            if (op == "!=" || CountNumbers(version) is not (> 0 and var numbers))
            {
                return null;
            }

            pieces[i] = op switch
            {
                "=" => version,
                "~>" => (version.AsSpan().ContainsAny('-', '+') ? 3 : numbers) switch { 1 => ">=", 2 => "^", _ => "~" } + version,
                _ => op + version,
            };
        }

        return base.Normalized(string.Join(' ', pieces));
    }

    /// <summary>How many numbers a version has, three at most; 0 where it is none.</summary>
    private static int CountNumbers(string version)
    {
        var end = version.AsSpan().IndexOfAny('-', '+');
        var numbers = (end < 0 ? version : version[..end]).Split('.');
        return numbers.Length <= 3
            && Array.TrueForAll(numbers, n => n.Length > 0 && !n.AsSpan().ContainsAnyExceptInRange('0', '9') && (n.Length == 1 || n[0] != '0'))
            && (end < 0 || SemverVersioning.Strict("1.0.0" + version[end..]) is not null)
            ? numbers.Length
            : 0;
    }
}
