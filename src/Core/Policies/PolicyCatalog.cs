using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Policies;

/// <summary>Makes policies from their short form. A new policy is one file in this folder and one line here.</summary>
public static class PolicyCatalog
{
    /// <summary>Raised whenever a policy decides otherwise than before, so that everything is decided again.</summary>
    public const int Version = 1;

    /// <summary>
    /// Makes the policy that a text names: <c>docker</c>, <c>semver:&lt;range&gt;</c>, <c>digest</c>.
    /// <paramref name="error"/> says in one sentence why it names none.
    /// </summary>
    public static bool TryCreate(string? text, [NotNullWhen(true)] out IPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        policy = null;
        error = null;
        var trimmed = (text ?? "").Trim();
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var name = (colon < 0 ? trimmed : trimmed[..colon]).Trim();
        var argument = colon < 0 ? null : trimmed[(colon + 1)..].Trim();
        switch (name, argument)
        {
            case ("docker", null):
                policy = new DockerPolicy(UpdateKind.Major);
                break;
            case ("digest", null):
                policy = new DigestPolicy();
                break;
            case ("semver", not (null or "")):
                if (SemverPolicy.TryCreate(argument, out var semver, out error))
                {
                    policy = semver;
                }

                break;
            case ("semver", _):
                error = "the policy 'semver' needs a range, as in 'semver:>=3.12 <4'";
                break;
            case ("docker" or "digest", _):
                error = $"the policy '{name}' takes nothing behind a colon";
                break;
            default:
                error = $"there is no policy '{Images.Excerpt.Of(name)}': docker, semver:<range> and digest are known";
                break;
        }

        return policy is not null;
    }
}
