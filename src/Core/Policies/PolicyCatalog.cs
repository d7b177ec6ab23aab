using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Expressions;

namespace Basewatch.Core.Policies;

/// <summary>Makes policies from their short form. A new policy is one file in this folder and one line here.</summary>
public static class PolicyCatalog
{
    /// <summary>Raised whenever a policy decides otherwise than before, so that everything is decided again.</summary>
    public const int Version = 3;

    /// <summary>The short forms, for messages.</summary>
    private const string Known = "docker, semver:<range>, numerical, alphabetical, newestBuild, glob:<pattern>, regex:<expression>, distribution, precise, floating, followTag:<tag> and digest are known";

    /// <summary>
    /// Makes the policy that a text names: <c>docker</c>, <c>semver:&lt;range&gt;</c>, <c>numerical</c>, <c>alphabetical</c>,
    /// <c>newestBuild</c>, <c>glob:&lt;pattern&gt;</c>, <c>regex:&lt;expression&gt;</c>, <c>distribution</c>, <c>precise</c>,
    /// <c>floating</c>, <c>followTag:&lt;tag&gt;</c>, <c>digest</c>.
    /// <paramref name="error"/> says in one sentence why it names none.
    /// </summary>
    public static bool TryCreate(string? text, [NotNullWhen(true)] out IPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        var trimmed = (text ?? "").Trim();
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? trimmed : trimmed[..colon]).Trim();
        var argument = colon < 0 ? null : trimmed[(colon + 1)..].Trim();
        policy = null;
        error = (name, argument) switch
        {
            ("semver", null or "") => "the policy 'semver' needs a range, as in 'semver:>=3.12 <4'",
            ("glob", null or "") => "the policy 'glob' needs a pattern, as in 'glob:main-*'",
            ("regex", null or "") => "the policy 'regex' needs an expression, as in 'regex:^main-([0-9]+)$'",
            ("followTag", null or "") => "the policy 'followTag' needs a tag, as in 'followTag:stable'",
            ("docker" or "numerical" or "alphabetical" or "newestBuild" or "distribution" or "precise" or "floating" or "digest", not null) => $"the policy '{name}' takes nothing behind a colon",
            _ => null,
        };
        if (error is not null)
        {
            return false;
        }

        switch (name)
        {
            case "docker":
                policy = new DockerPolicy(UpdateKind.Major);
                break;
            case "semver":
                policy = SemverPolicy.TryCreate(argument!, out var semver, out error) ? semver : null;
                break;
            case "numerical":
                policy = new NumericalPolicy();
                break;
            case "alphabetical":
                policy = new AlphabeticalPolicy();
                break;
            case "newestBuild":
                policy = new NewestBuildPolicy();
                break;
            case "glob":
                policy = TagGlob.TryCreate(argument!, out var glob, out error) ? new GlobPolicy(glob) : null;
                break;
            case "regex":
                if (GoExpression.TryParse(argument!, out var expression, out var wrong))
                {
                    policy = RegexPolicy.TryCreate(expression, [], [], SortOrder.Ascending, out var regex, out error) ? regex : null;
                }
                else
                {
                    error = wrong.About(argument!);
                }

                break;
            case "distribution":
                policy = new DistributionPolicy();
                break;
            case "precise":
                policy = new PrecisePolicy();
                break;
            case "floating":
                policy = new FloatingPolicy();
                break;
            case "followTag":
                policy = new FollowTagPolicy(argument!);
                break;
            case "digest":
                policy = new DigestPolicy();
                break;
            default:
                error = $"there is no policy '{Images.Excerpt.Of(name)}': {Known}";
                break;
        }

        return policy is not null;
    }
}
