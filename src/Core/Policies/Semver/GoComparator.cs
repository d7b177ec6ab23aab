namespace Basewatch.Core.Policies.Semver;

/// <summary>One comparison of a constraint: <c>&gt;=1.2</c>.</summary>
/// <param name="Operator">How versions are compared.</param>
/// <param name="Version">With what; numbers that are not written are 0.</param>
/// <param name="Open">The first number that is a wildcard or not written.</param>
internal readonly record struct GoComparator(GoOperator Operator, GoVersion Version, GoOpen Open)
{
    /// <summary>Whether a version passes. That pre-releases are wanted has been asked before.</summary>
    public bool Contains(GoVersion version) => Operator switch
    {
        GoOperator.Equal => Open == GoOpen.None ? version.CompareVersion(Version) == 0 : ContainsByTilde(version),
        GoOperator.NotEqual => !EqualsOpen(version),
        GoOperator.Greater => IsGreater(version),
        GoOperator.Less => version.CompareVersion(Version) < 0,
        GoOperator.GreaterOrEqual => version.CompareVersion(Version) >= 0,
        GoOperator.LessOrEqual => IsLessOrEqual(version),
        GoOperator.Tilde => ContainsByTilde(version),
        _ => ContainsByCaret(version),
    };

    /// <summary><c>!=*</c> is <c>!=0.0.0</c>; <c>!=1.2-rc</c> is about the pre-release <c>rc</c> of every 1.2.x.</summary>
    private bool EqualsOpen(GoVersion version) => Open switch
    {
        GoOpen.Minor => version.Major == Version.Major,
        GoOpen.Patch => version.Major == Version.Major && version.Minor == Version.Minor
            && GoVersion.ComparePreRelease(version.PreRelease, Version.PreRelease) == 0,
        _ => version.CompareVersion(Version) == 0,
    };

    /// <summary><c>&gt;11</c> begins with 12.0.0, <c>&gt;11.1</c> with 11.2.0; <c>&gt;*</c> is <c>&gt;0.0.0</c>.</summary>
    private bool IsGreater(GoVersion version) => Open switch
    {
        GoOpen.Minor => version.Major > Version.Major,
        GoOpen.Patch => version.Major > Version.Major || (version.Major == Version.Major && version.Minor > Version.Minor),
        _ => version.CompareVersion(Version) > 0,
    };

    /// <summary><c>&lt;=1</c> is <c>&lt;2.0.0</c>, <c>&lt;=1.1</c> is <c>&lt;1.2.0</c>; <c>&lt;=*</c> is <c>&lt;=0.0</c>.</summary>
    private bool IsLessOrEqual(GoVersion version) => Open switch
    {
        GoOpen.None => version.CompareVersion(Version) <= 0,
        GoOpen.Minor => version.Major <= Version.Major,
        _ => version.Major < Version.Major || (version.Major == Version.Major && version.Minor <= Version.Minor),
    };

    /// <summary><c>~1.2.3</c> is <c>&gt;=1.2.3 &lt;1.3.0</c>, <c>~1</c> is <c>1.x</c>; <c>~0.0.0</c> is everything, as <c>*</c> is.</summary>
    private bool ContainsByTilde(GoVersion version)
    {
        if (version.CompareVersion(Version) < 0)
        {
            return false;
        }

        return (Open is GoOpen.None or GoOpen.Major && Version is { Major: 0, Minor: 0, Patch: 0 })
            || (version.Major == Version.Major && (Open == GoOpen.Minor || version.Minor == Version.Minor));
    }

    /// <summary>The first number that isn't 0 stays: <c>^1.2</c>, <c>^0.2.3</c>, <c>^0.0.3</c>; <c>^*</c> is <c>^0.0.0</c>.</summary>
    private bool ContainsByCaret(GoVersion version)
    {
        if (version.CompareVersion(Version) < 0 || version.Major != Version.Major)
        {
            return false;
        }

        return Version.Major > 0 || Open == GoOpen.Minor
            || (version.Minor == Version.Minor && (Version.Minor > 0 || Open == GoOpen.Patch || version.Patch == Version.Patch));
    }
}

/// <summary>The operators. Without one, it is <see cref="Equal"/>.</summary>
internal enum GoOperator
{
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// <summary>The first number that a constraint leaves open.</summary>
internal enum GoOpen
{
    None,
    Major,
    Minor,
    Patch,
}
