using Basewatch.Core.Dialects.Keel;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects;

/// <summary>
/// The labels and annotations of Keel (<see href="https://github.com/keel-hq/keel"/>), with <c>keel.sh/</c> or without:
/// <c>{policy: minor, matchPreRelease: false}</c>.
/// </summary>
public sealed class KeelDialect : IDialect
{
    /// <summary>Its name.</summary>
    internal const string DialectName = "keel";

    private const int LongestGlob = 1000;
    private const string GlobPrefix = "glob:";
    private const string RegexpPrefix = "regexp:";

    private static readonly string[] Policies = ["all", "major", "minor", "patch", "force", "never"];

    /// <inheritdoc/>
    public string Name => DialectName;

    /// <inheritdoc/>
    public bool MayHaveParts(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("keel"u8) >= 0;

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var labels = KeelSettings.Open(text);
        if (labels.Root("a policy of Keel is one mapping of its keys, such as {policy: minor, matchPreRelease: false}", ConfigurationPart.LongestText) is not { } mapping)
        {
            return labels.Reading(null);
        }

        var settings = KeelSettings.Read(labels, mapping);
        if (!TryCreate(settings, out var policy, out var error))
        {
            labels.Wrong(settings.PolicyLine, error);
        }

        return labels.Reading(policy);
    }

    /// <inheritdoc/>
    public IEnumerable<ConfigurationPart> FindParts(SourceFile file, IReadOnlyList<ImageUse> uses)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(uses);
        return new KeelParts(file, uses).Find();
    }

    /// <inheritdoc/>
    public DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return KeelRules.Read(parts);
    }

    /// <summary>internal/policy/policy.go; where Keel logs a mistake and leaves the image alone, there is an error.</summary>
    internal static bool TryCreate(KeelSettings settings, out IPolicy policy, out string error)
    {
        (policy, error) = (new KeelStayPolicy("Keel leaves an image alone that has no policy"), "");
        var text = settings.Policy;
        if (text.StartsWith(GlobPrefix, StringComparison.Ordinal))
        {
            var pattern = text[GlobPrefix.Length..];
            error = pattern.Length > LongestGlob ? $"the pattern behind 'glob:' is longer than {LongestGlob} characters"
                : pattern.Contains(':', StringComparison.Ordinal) ? $"'{Excerpt.Of(text)}' has a second colon, with which Keel takes no pattern: no tag has one"
                : "";
            policy = new KeelGlobPolicy(error.Length == 0 ? pattern : "");
        }
        else if (text.StartsWith(RegexpPrefix, StringComparison.Ordinal))
        {
            if (GoExpression.TryParse(text[RegexpPrefix.Length..], out var expression, out var wrong))
            {
                policy = new KeelRegexpPolicy(expression);
            }
            else
            {
                error = wrong.About(text[RegexpPrefix.Length..]);
            }
        }
        else
        {
            switch (text)
            {
                case "all":
                    policy = new KeelSemverPolicy(UpdateKind.Major, matchPreRelease: false);
                    break;
                case "major":
                    policy = new KeelSemverPolicy(UpdateKind.Major, settings.MatchPreRelease);
                    break;
                case "minor":
                    policy = new KeelSemverPolicy(UpdateKind.Minor, settings.MatchPreRelease);
                    break;
                case "patch":
                    policy = new KeelSemverPolicy(UpdateKind.Patch, settings.MatchPreRelease);
                    break;
                case "force" when settings.MatchTag:
                    policy = new KeelStayPolicy("force with matchTag keeps the tag and follows its digest");
                    break;
                case "force":
                    policy = new KeelForcePolicy();
                    break;
                case "never":
                    policy = new KeelStayPolicy("never keeps the tag");
                    break;
                case "":
                    break;
                default:
                    error = $"Keel has no policy '{Excerpt.Of(text)}', only {string.Join(", ", Policies)}, glob:<pattern> and regexp:<expression>{NearestKey.Hint(text, Policies)}";
                    break;
            }
        }

        return error.Length == 0;
    }
}
