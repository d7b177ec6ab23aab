namespace Basewatch.Core.Packages;

/// <summary>Where packages come from, and whose order their versions have.</summary>
public enum PackageEcosystem
{
    /// <summary>Debian, Ubuntu: <c>apt-get install curl=7.88.1-10</c>.</summary>
    Apt,

    /// <summary>Alpine: <c>apk add curl=8.5.0-r0</c>.</summary>
    Apk,

    /// <summary>Fedora, Red Hat and their like: <c>dnf install curl-7.76.1-29.el9</c>.</summary>
    Rpm,

    /// <summary>PyPI: <c>pip install x==1.2</c>.</summary>
    Pip,

    /// <summary>npm: <c>npm install -g x@1.2.3</c>.</summary>
    Npm,

    /// <summary>RubyGems: <c>gem install x -v 1.2</c>.</summary>
    Gem,

    /// <summary>Go modules: <c>go install x@v1.2.3</c>.</summary>
    Go,

    /// <summary>NuGet: <c>dotnet tool install x --version 1.2.3</c>.</summary>
    Dotnet,
}

/// <summary>What is said of ecosystems.</summary>
public static class PackageEcosystems
{
    /// <summary>Every one, by its word in a configuration.</summary>
    public static IReadOnlyDictionary<string, PackageEcosystem> ByWord { get; } =
        Enum.GetValues<PackageEcosystem>().ToDictionary(e => e.Word(), StringComparer.Ordinal);

    /// <summary>Its word: <c>apt</c>.</summary>
    public static string Word(this PackageEcosystem ecosystem) => ecosystem.ToString().ToLowerInvariant();

    /// <summary>Whether its packages belong to a distribution, so that the stage's base decides where they come from.</summary>
    public static bool IsOfDistribution(this PackageEcosystem ecosystem) => ecosystem is PackageEcosystem.Apt or PackageEcosystem.Apk or PackageEcosystem.Rpm;
}

/// <summary>What a pin allows.</summary>
public enum PackageConstraint
{
    /// <summary>One version alone.</summary>
    Exact,

    /// <summary>Every version that begins so: <c>curl=7.88.*</c>, <c>curl~=8.5</c>, <c>npm@10</c>.</summary>
    Prefix,

    /// <summary>A version that is newer: <c>curl&gt;8.5</c>, or that or newer: <c>curl&gt;=8.5</c>. Nothing is to be moved.</summary>
    Range,
}
