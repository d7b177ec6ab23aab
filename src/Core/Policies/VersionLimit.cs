using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>Which versions are allowed: a range as npm writes it (<c>&lt;20</c>), <c>/an expression/</c> or <c>!/an expression/</c>.</summary>
public sealed class VersionLimit
{
    private readonly NpmRange? _range;
    private readonly GoExpression? _expression;
    private readonly bool _isNegated;

    private VersionLimit(string text, NpmRange? range, GoExpression? expression, bool isNegated) =>
        (Text, _range, _expression, _isNegated) = (text, range, expression, isNegated);

    /// <summary>The limit as it is written.</summary>
    public string Text { get; }

    /// <summary>Makes a limit; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string text, [NotNullWhen(true)] out VersionLimit? limit, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var isNegated = trimmed.StartsWith("!/", StringComparison.Ordinal);
        limit = null;
        if (trimmed.Length > 2 && trimmed.EndsWith('/') && (isNegated || trimmed[0] == '/'))
        {
            var written = trimmed[(isNegated ? 2 : 1)..^1];
            limit = GoExpression.TryParse(written, out var expression, out var wrong) ? new VersionLimit(trimmed, null, expression, isNegated) : null;
            error = wrong?.About(written);
        }
        else
        {
            // Whether a pre-release may be taken is for the policy to say.
            limit = NpmRange.TryParse(trimmed, preReleases: true, out var range, out error) ? new VersionLimit(trimmed, range, null, isNegated: false) : null;
        }

        return limit is not null;
    }

    /// <summary>Whether a tag is allowed; one without a version is in no range.</summary>
    public bool Allows(TagVersion tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return _expression is not null ? _expression.IsMatch(tag.Text) != _isNegated : _range!.Contains(tag, anyLength: true);
    }
}
