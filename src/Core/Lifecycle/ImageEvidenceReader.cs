using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>
/// Reads what an image says of its life from annotations, labels and variables. What is not as its publisher is known to write it is
/// passed over.
/// </summary>
public static partial class ImageEvidenceReader
{
    private const string Prefix = "org.opencontainers.image.";

    private const int LongestName = 512;

    private const int LongestSentence = 200;

    /// <summary>
    /// Variables that official images set, by product. They are inherited by what is built on those: whoever has
    /// <c>PYTHON_VERSION=3.8.20</c> was built on Python 3.8.
    /// </summary>
    private static readonly (string Variable, string Product)[] Variables =
    [
        ("PYTHON_VERSION", "python"), ("NODE_VERSION", "nodejs"), ("GOLANG_VERSION", "go"), ("RUBY_VERSION", "ruby"), ("PHP_VERSION", "php"),
        ("RUST_VERSION", "rust"), ("OTP_VERSION", "erlang"), ("JULIA_VERSION", "julia"),
        ("DOTNET_VERSION", "dotnet"), ("ASPNET_VERSION", "dotnet"), ("DOTNET_SDK_VERSION", "dotnet"),
        ("NGINX_VERSION", "nginx"), ("HTTPD_VERSION", "apache-http-server"), ("HAPROXY_VERSION", "haproxy"), ("TOMCAT_VERSION", "tomcat"), ("JETTY_VERSION", "eclipse-jetty"),
        ("PG_VERSION", "postgresql"), ("PG_MAJOR", "postgresql"), ("MYSQL_VERSION", "mysql"), ("MARIADB_VERSION", "mariadb"), ("MONGO_VERSION", "mongodb"),
        ("REDIS_VERSION", "redis"), ("CASSANDRA_VERSION", "apache-cassandra"), ("RABBITMQ_VERSION", "rabbitmq"),
        ("NEXTCLOUD_VERSION", "nextcloud"), ("DRUPAL_VERSION", "drupal"),
    ];

    /// <summary>Official images that always set a variable for what they are named after.</summary>
    private static readonly HashSet<string> Telling = new(StringComparer.Ordinal)
    {
        "python", "nodejs", "go", "ruby", "php", "rust", "nginx", "apache-http-server", "haproxy", "tomcat", "mongodb", "postgresql",
    };

    /// <summary>Builds of Windows, which is all that a Windows image says (<see href="https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility"/>).</summary>
    private static readonly Dictionary<string, string> WindowsBuilds = new(StringComparer.Ordinal)
    {
        ["14393"] = "2016",
        ["17763"] = "2019",
        ["20348"] = "2022",
        ["26100"] = "2025",
    };

    /// <summary>Names in <c>ref.name</c> and <c>OS_FLAVOUR</c>, and the products they are.</summary>
    private static readonly Dictionary<string, string> Distributions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ubuntu"] = "ubuntu",
        ["debian"] = "debian",
        ["alpine"] = "alpine-linux",
        ["fedora"] = "fedora",
        ["photon"] = "vmware-photon",
        ["centos"] = "centos",
        ["almalinux"] = "almalinux",
        ["rockylinux"] = "rocky-linux",
        ["rocky"] = "rocky-linux",
        ["oraclelinux"] = "oracle-linux",
        ["amazonlinux"] = "amazon-linux",
    };

    /// <summary>The products that are distributions.</summary>
    internal static bool IsDistribution(string product) => Distributions.ContainsValue(product) || product is "rhel" or "centos-stream" or "opensuse" or "sles"
        || product.StartsWith("windows", StringComparison.Ordinal);

    /// <summary>Whether an image built on the official one of a product has a variable that says so.</summary>
    internal static bool IsAlwaysSaid(string product) => Telling.Contains(product);

    /// <summary>Reads an image.</summary>
    /// <param name="top">What its reference names: the image or an index.</param>
    /// <param name="entry">The index's entry for the image; null where there is no index.</param>
    /// <param name="image">The image's manifest.</param>
    /// <param name="configuration">What it says of itself.</param>
    public static ImageEvidence Read(Manifest top, ManifestEntry? entry, Manifest image, ImageConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(top);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(configuration);
        var (labels, variables) = (configuration.Labels, configuration.Environment);
        return new ImageEvidence(top.Digest)
        {
            Base = Find("base.name") is { Length: <= LongestName } name && ImageReference.TryParse(name, out var named) && named.Name.Repository != "library/scratch" ? named : null,
            // A digest that was inherited is that of another base.
            BaseDigest = Digest.TryParse(Annotated("base.name") is not null ? Annotated("base.digest") : Find("base.digest"), out var digest) ? digest : null,
            BaseSaidBy = Annotated("base.name") is not null ? BaseWord.Annotation : labels.ContainsKey(Prefix + "base.name") ? BaseWord.Label : BaseWord.None,
            Revision = Find("revision") is { } revision && BuildProvenance.IsCommit(revision) ? revision.ToLowerInvariant() : null,
            Distribution = DistributionOf(labels, variables, configuration.Platform),
            Products = [.. ProductsOf(variables)],
            Layers = configuration.DiffIds,
            Built = TagDate.Of(configuration.Created, DateSource.Configuration) ?? TagDate.Of(entry?.Created ?? image.Created ?? top.Created, DateSource.Annotation),
            Deprecation = DeprecationOf(Find("deprecated"), Find("description")),
            Source = IsRepository().Match(Find("source") ?? labels.GetValueOrDefault("org.label-schema.vcs-url") ?? "") is { Success: true } match ? $"{match.Groups["owner"].Value}/{match.Groups["name"].Value}" : null,
        };

        string? Find(string key) => Annotated(key) ?? (labels.GetValueOrDefault(Prefix + key) is { Length: > 0 } value ? value : null);

        string? Annotated(string key) =>
            (entry?.Annotations.GetValueOrDefault(Prefix + key) ?? (entry is null ? null : top.Annotations.GetValueOrDefault(Prefix + key))
                ?? image.Annotations.GetValueOrDefault(Prefix + key)) is { Length: > 0 } value ? value : null;
    }

    private static ShippedVersion? DistributionOf(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> variables, Platform? platform)
    {
        // Bitnami's, which carry no label for it.
        if (IsFlavour().Match(variables.GetValueOrDefault("OS_FLAVOUR") ?? "") is { Success: true } flavour && Distributions.TryGetValue(flavour.Groups["name"].Value, out var product))
        {
            var release = flavour.Groups["release"].Value;
            return new(product, product == "vmware-photon" && !release.Contains('.', StringComparison.Ordinal) ? release + ".0" : release, "its variable OS_FLAVOUR");
        }

        // Universal base images and what is built on them.
        if (IsRedHat().Match(labels.GetValueOrDefault("cpe") ?? "") is { Success: true } cpe)
        {
            return new("rhel", cpe.Groups["release"].Value, "its label cpe");
        }

        if (IsUniversalBase().Match(labels.GetValueOrDefault("com.redhat.component") ?? "") is { Success: true } component)
        {
            return new("rhel", component.Groups["release"].Value, "its label com.redhat.component");
        }

        if (labels.GetValueOrDefault("name") is { } name)
        {
            if (name == "fedora" && Number(labels.GetValueOrDefault("version")) is { } fedora)
            {
                return new("fedora", fedora, "its labels name and version");
            }

            if (IsUniversalBaseName().Match(name) is { Success: true } ubi)
            {
                return new("rhel", ubi.Groups["release"].Value, "its label name");
            }
        }

        // Ubuntu's, and others made like them. What is built on them may have a version of its own there: then there is no such release.
        if (labels.GetValueOrDefault(Prefix + "ref.name") is { } reference && Distributions.TryGetValue(reference, out product) && Number(labels.GetValueOrDefault(Prefix + "version")) is { } version)
        {
            return new(product, version, $"its labels {Prefix}ref.name and version");
        }

        if (Distributions.TryGetValue(variables.GetValueOrDefault("DISTRIB_ID") ?? "", out product) && Number(variables.GetValueOrDefault("DISTRIB_RELEASE")) is { } distributed)
        {
            return new(product, distributed, "its variables DISTRIB_ID and DISTRIB_RELEASE");
        }

        return platform is { Os: "windows", OsVersion: { } build } && build.Split('.') is [_, _, var number, ..] && WindowsBuilds.TryGetValue(number, out var windows)
            ? new("windows-server", windows, $"its os.version {number}")
            : null;
    }

    private static IEnumerable<ShippedVersion> ProductsOf(IReadOnlyDictionary<string, string> variables)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (variable, product) in Variables)
        {
            if (Number(variables.GetValueOrDefault(variable)) is { } version && seen.Add(product))
            {
                yield return new(product, version, $"its variable {variable}");
            }
        }

        // jdk-21.0.3+9, jdk8u412-b08: so Eclipse Temurin alone writes it.
        if (IsTemurin().Match(variables.GetValueOrDefault("JAVA_VERSION") ?? "") is { Success: true } temurin)
        {
            yield return new("eclipse-temurin", temurin.Groups["version"].Value, "its variable JAVA_VERSION");
        }
        else if (IsJavaHome().Match(variables.GetValueOrDefault("JAVA_HOME") ?? "") is { Success: true } home)
        {
            yield return home.Groups["oracle"].Success ? new("openjdk-builds-from-oracle", home.Groups["oracle"].Value, "its variable JAVA_HOME")
                : home.Groups["corretto"].Success ? new("amazon-corretto", home.Groups["corretto"].Value, "its variable JAVA_HOME")
                : new("microsoft-build-of-openjdk", home.Groups["microsoft"].Value, "its variable JAVA_HOME");
        }
    }

    /// <summary>No specification has a word for it; this one is what publishers write, beside a description that begins with it.</summary>
    private static string? DeprecationOf(string? mark, string? description)
    {
        if (description is not null && IsDeprecated().IsMatch(description))
        {
            return $"its publisher says: {Sentence(description)}";
        }

        return mark is null || mark.Trim() is "" or "0" || mark.Trim().Equals("false", StringComparison.OrdinalIgnoreCase) || mark.Trim().Equals("no", StringComparison.OrdinalIgnoreCase) ? null
            : mark.Trim() == "1" || mark.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) || mark.Trim().Equals("yes", StringComparison.OrdinalIgnoreCase) ? "its publisher calls it deprecated"
            : $"its publisher calls it deprecated: {Sentence(mark)}";
    }

    /// <summary>A line of printable text of bounded length.</summary>
    private static string Sentence(string text)
    {
        var line = new string([.. text.Take(LongestSentence).Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : c)]).Trim();
        return text.Length > LongestSentence ? line + "…" : line;
    }

    /// <summary>The digits and points that a version begins with.</summary>
    private static string? Number(string? version) => IsNumber().Match(version ?? "") is { Success: true } match ? match.Groups["version"].Value : null;

    [GeneratedRegex(@"^v?(?<version>[0-9]{1,9}(?:\.[0-9]{1,9}){0,4})", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsNumber();

    [GeneratedRegex(@"^(?<name>[a-z]{1,20})-(?<release>[0-9]{1,4}(?:\.[0-9]{1,4})?)$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsFlavour();

    [GeneratedRegex(@"^cpe:/[oa]:redhat:enterprise_linux:(?<release>[0-9]{1,2})(?:[:.]|$)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsRedHat();

    [GeneratedRegex(@"^ubi(?<release>[0-9]{1,2})(?:-[a-z]{1,20})?-container$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsUniversalBase();

    [GeneratedRegex(@"^ubi(?<release>[0-9]{1,2})(?:[/-][a-z]{1,20})?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsUniversalBaseName();

    [GeneratedRegex(@"^jdk-?(?<version>[0-9]{1,3}(?:\.[0-9]{1,4}){0,3})", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsTemurin();

    [GeneratedRegex(@"^(?:/usr/(?:local|java)/openjdk-(?<oracle>[0-9]{1,3})|.{0,40}/java-(?<corretto>[0-9]{1,3})[a-z0-9.-]{0,10}-amazon-corretto.{0,40}|/usr/lib/jvm/msopenjdk-(?<microsoft>[0-9]{1,3}).{0,40})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsJavaHome();

    [GeneratedRegex(@"^\W{0,4}DEPRECATED\b", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsDeprecated();

    [GeneratedRegex(@"^(?:https?://|git\+https://|git@|ssh://git@)github\.com[/:](?<owner>[A-Za-z0-9._-]{1,100})/(?<name>[A-Za-z0-9._-]{1,100}?)(?:\.git)?(?:[/#?].{0,500})?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsRepository();
}
