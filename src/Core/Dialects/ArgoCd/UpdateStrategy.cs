namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>The values of <c>update-strategy</c>.</summary>
internal enum UpdateStrategy
{
    /// <summary>The highest version in the constraint; the default.</summary>
    Semver,

    /// <summary>The tag with the newest date; <c>latest</c> is its old name.</summary>
    NewestBuild,

    /// <summary>The last tag in the order of bytes; <c>name</c> is its old name.</summary>
    Alphabetical,

    /// <summary>The tag that the constraint names, by its digest.</summary>
    Digest,
}
