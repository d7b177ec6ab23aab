using Basewatch.Core.Expressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Parts a tag into its version and what has to stay as it is, by an expression with the groups <c>version</c> and <c>compatibility</c>.</summary>
internal sealed class TagParts(GoExpression expression)
{
    private readonly bool _isAtDash = expression.Text == "^(?<version>[^-]+)(?<compatibility>-.*)?$";
    private readonly int? _version = expression.GroupNumber("version");
    private readonly int? _compatibility = expression.GroupNumber("compatibility");

    /// <summary>Parts a tag; false where it has no version.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="version">Its version.</param>
    /// <param name="compatibility">What has to stay; null where there is nothing of the kind.</param>
    public bool TryPart(string tag, out string version, out string? compatibility)
    {
        if (_isAtDash)
        {
            // The expression of Renovate's presets, without the expression.
            var dash = tag.IndexOf('-', StringComparison.Ordinal);
            (version, compatibility) = dash < 0 ? (tag, null) : (tag[..dash], tag[dash..]);
            return version.Length > 0;
        }

        var match = expression.Match(tag);
        version = _version is { } v ? match.Groups[v].Value : "";
        compatibility = _compatibility is { } c && match.Groups[c] is { Success: true } group ? group.Value : null;
        return version.Length > 0;
    }
}
