using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Versions by an expression whose groups are <c>major</c>, <c>minor</c>, <c>patch</c>, <c>build</c>, <c>revision</c>,
/// <c>prerelease</c> and <c>compatibility</c> (<c>versioning/regex</c>). A range is comparators with spaces or commas between
/// them, all of which have to hold.
/// </summary>
internal sealed class RegexVersioning : Versioning
{
    /// <summary>What <c>regex</c> alone means.</summary>
    public const string Default = @"^(?<major>\d+)?$";

    private static readonly string[] Operators = ["<=", ">=", "==", "<", ">", "="];

    private readonly GoExpression _expression;
    private readonly (int? Major, int? Minor, int? Patch, int? Build, int? Revision, int? PreRelease, int? Compatibility) _groups;

    private RegexVersioning(string name, GoExpression expression)
    {
        (Name, _expression) = (name, expression);
        _groups = (expression.GroupNumber("major"), expression.GroupNumber("minor"), expression.GroupNumber("patch"), expression.GroupNumber("build"),
            expression.GroupNumber("revision"), expression.GroupNumber("prerelease"), expression.GroupNumber("compatibility"));
    }

    /// <summary>The versions of Kubernetes' interfaces, <c>apps/v1beta1</c>.</summary>
    public static Versioning KubernetesApi { get; } = new RegexVersioning(
        "kubernetes-api",
        GoExpression.TryParse(@"^(?:(?<compatibility>\S+)/)?v(?<major>[0-9]+)(?<prerelease>(?:alpha|beta)[0-9]+)?$", out var expression, out var error)
            ? expression : throw new FormatException(error.Message));

    public override string Name { get; }

    /// <summary>The versioning of an expression; <paramref name="error"/> says what is wrong with it.</summary>
    public static Versioning? Create(string pattern, out string? error)
    {
        if (!GoExpression.TryParse(pattern, out var expression, out var wrong))
        {
            error = wrong.About(pattern);
            return null;
        }

        var made = new RegexVersioning("regex", expression);
        error = made._groups is (null, null, null, _, _, _, _) ? "regex versioning needs a group major, minor or patch: write regex:^(?<major>\\d+)\\.(?<minor>\\d+)$" : null;
        return error is null ? made : null;
    }

    public override Release? Read(string text)
    {
        var match = _expression.Match(text);
        if (!match.Success)
        {
            return null;
        }

        var (major, minor, patch) = (Part(match, _groups.Major), Part(match, _groups.Minor), Part(match, _groups.Patch));
        double[] numbers = (Part(match, _groups.Build, isBuild: true), Part(match, _groups.Revision, isBuild: true)) switch
        {
            (null, _) => [major ?? 0, minor ?? 0, patch ?? 0],
            ({ } build, null) => [major ?? 0, minor ?? 0, patch ?? 0, build],
            ({ } build, { } revision) => [major ?? 0, minor ?? 0, patch ?? 0, build, revision],
        };
        return new Release(text, numbers) { PreRelease = Value(match, _groups.PreRelease) ?? "", Compatibility = Value(match, _groups.Compatibility) };
    }

    public override bool IsValid(string text) => Read(text) is not null || Comparators(text) is not null;

    public override bool IsSingle(string text) => Comparators(text) is { } range ? range is [("=" or "==", _)] : Read(text) is not null;

    public override bool IsCompatible(Release candidate, Release? current) => candidate.Compatibility == current?.Compatibility;

    public override Predicate<Release> Range(string text) => Comparators(text) is not { } comparators
        ? base.Range(text)
        : release => comparators.TrueForAll(c => Compare(release, c.Version) is var order && c.Operator switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => order == 0,
        });

    private static string? Value(Match match, int? group) => group is { } number && match.Groups[number] is { Success: true } found ? found.Value : null;

    /// <summary>The number that a group begins with, as <c>parseInt</c> takes it; null where the group is not there.</summary>
    private static double? Part(Match match, int? group, bool isBuild = false)
    {
        if (group is not { } number || match.Groups[number] is not { Success: true } found || (isBuild && found.Length == 0))
        {
            return null;
        }

        var text = found.ValueSpan;
        var isNegative = text.StartsWith("-");
        text = text[(isNegative ? 1 : 0)..];
        var length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        return length == 0 ? double.NaN : isNegative ? -Number(text[..length]) : Number(text[..length]);
    }

    private List<(string Operator, Release Version)>? Comparators(string text)
    {
        var found = new List<(string, Release)>();
        foreach (var term in text.Trim().Split([' ', '\t', '\n', '\r', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Array.Find(Operators, o => term.StartsWith(o, StringComparison.Ordinal)) is not { } op || Read(term[op.Length..]) is not { } version)
            {
                return null;
            }

            found.Add((op, version));
        }

        return found.Count == 0 ? null : found;
    }
}
