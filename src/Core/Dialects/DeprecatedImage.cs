using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects;

/// <summary>An image whose publishers have given it up, and what they say is in its place.</summary>
/// <param name="Image">The image; the path may end with <c>/*</c>: all below it.</param>
/// <param name="Source">Where they say so.</param>
public sealed partial record DeprecatedImage(string Image, string Source)
{
    /// <summary>The image in its place; <c>*</c> stands for what <see cref="Image"/> has there. Null: it is for people to choose.</summary>
    public string? By { get; init; }

    /// <summary>What people may choose from, with what speaks for it; none where <see cref="By"/> is said.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>From when on it gets nothing more; null where no day is said.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>How its tags become the other's.</summary>
    public TagForm Form { get; init; }

    private const string Library = ImageName.DockerHub + "/library/";

    private const string Docs = "https://github.com/docker-library/docs/";

    /// <summary>All that are known. The configuration's own replacements go before them.</summary>
    public static IReadOnlyList<DeprecatedImage> All { get; } =
    [
        // Names several in its place; of them this is the one that most use, and the only one with the same tags.
        new(Library + "openjdk", Docs + "blob/master/openjdk/deprecated.md") { By = Library + "eclipse-temurin", Form = TagForm.Java },
        new(Library + "java", Docs + "blob/f0529fddfcf4aad5778010cbc617eb1ea6ca1b0c/java/deprecated.md") { By = Library + "eclipse-temurin", Form = TagForm.Java, Since = new(2016, 12, 31) },
        new(Library + "adoptopenjdk", Docs + "blob/4baab4b75b5884ecdf23aa9715fd24438db28b84/adoptopenjdk/deprecated.md") { By = Library + "eclipse-temurin", Form = TagForm.Java, Since = new(2021, 8, 1) },
        new(Library + "jenkins", Docs + "blob/6f3f009f43183abfd54282f3a2f770f578abab10/jenkins/deprecated.md") { By = ImageName.DockerHub + "/jenkins/jenkins" },
        new(Library + "piwik", Docs + "blob/8a60bb066b13e13a5ec85047bea0ad32682736b1/piwik/deprecated.md") { By = Library + "matomo", Since = new(2018, 9, 30) },
        new(Library + "owncloud", Docs + "blob/40ad0759a90450d71fd66c9e6b26e97916978448/owncloud/deprecated.md") { By = ImageName.DockerHub + "/owncloud/server", Since = new(2018, 12, 31) },
        new(Library + "vault", Docs + "blob/7bf1c07e5d431876e6ec024da8b194dd5c3db8d4/vault/deprecated.md") { By = ImageName.DockerHub + "/hashicorp/vault" },
        new(Library + "consul", Docs + "blob/9a63f7254d8c9f1e21818bb9cf1fb3b82276f564/consul/deprecated.md") { By = ImageName.DockerHub + "/hashicorp/consul" },
        new(Library + "rockylinux", Docs + "blob/master/rockylinux/deprecated.md") { By = ImageName.DockerHub + "/rockylinux/rockylinux" },
        new(Library + "centos", Docs + "blob/1815caae2136f3f668754685818424702b4a952d/centos/deprecated.md")
        {
            Since = new(2024, 6, 30),
            Choices = ["rockylinux/rockylinux", "almalinux", "oraclelinux", "quay.io/centos/centos (CentOS Stream)"],
        },
        new(Library + "clefos", Docs + "blob/master/clefos/deprecated.md") { Since = new(2024, 6, 30) },
        new(Library + "clearlinux", Docs + "blob/master/clearlinux/deprecated.md") { Since = new(2025, 7, 18) },
        new(Library + "plone", Docs + "blob/master/plone/deprecated.md") { Choices = ["plone/plone-backend and plone/plone-frontend (Plone 6)"] },
        new(Library + "liquibase", Docs + "blob/master/liquibase/deprecated.md") { Choices = ["liquibase/liquibase (Functional Source License)", "liquibase/liquibase-secure (commercial)"] },
        new(Library + "mongo-express", Docs + "blob/master/mongo-express/deprecated.md"),
        new(Library + "notary", Docs + "blob/master/notary/deprecated.md") { Since = new(2025, 7, 30) },
        new(Library + "unit", Docs + "blob/master/unit/deprecated.md"),
        new(Library + "nats-streaming", Docs + "blob/d204a2fee523408f479ed390752b94df7d7dc235/nats-streaming/deprecated.md") { Since = new(2023, 6, 30), Choices = ["nats with JetStream"] },
        new(Library + "express-gateway", Docs + "blob/9a94ae1827fcde48dfc1d83e5d7a14ce20b0c7a5/express-gateway/deprecated.md"),
        new(ImageName.DockerHub + "/microsoft/dotnet", "https://github.com/dotnet/announcements/issues/197") { By = "mcr.microsoft.com/dotnet/*", Form = TagForm.DotNet, Since = new(2021, 8, 21) },
        new(ImageName.DockerHub + "/microsoft/aspnetcore", "https://github.com/dotnet/dotnet-docker/issues/2848") { By = "mcr.microsoft.com/dotnet/aspnet" },
        new(ImageName.DockerHub + "/microsoft/aspnetcore-build", "https://github.com/dotnet/dotnet-docker/issues/2848") { By = "mcr.microsoft.com/dotnet/sdk" },
        new("k8s.gcr.io/*", "https://kubernetes.io/blog/2023/03/10/image-registry-redirect/") { By = "registry.k8s.io/*", Since = new(2023, 4, 3) },
        // What was moved gets no updates either, so it is no way out by itself.
        new(ImageName.DockerHub + "/bitnami/*", "https://github.com/bitnami/containers/issues/83267")
        {
            Since = new(2025, 8, 28),
            Choices = ["the official image of the product", "bitnamilegacy/* (the same image, for the time of the move: it gets no updates either)", "bitnamisecure/* (only the newest; with versions it is commercial)"],
        },
    ];

    /// <summary>What is known of an image; null where it is not given up.</summary>
    public static DeprecatedImage? Of(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return All.FirstOrDefault(d => d.IsFor(image));
    }

    /// <summary>The image in the place of one; null where people have to choose.</summary>
    /// <param name="image">The image in use.</param>
    /// <param name="tag">Its tag, which may say which of several it is.</param>
    public ImageName? ImageFor(ImageName image, string tag)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(tag);
        var rest = Form == TagForm.DotNet ? DotNetPart(tag) : Image.EndsWith("/*", StringComparison.Ordinal) ? image.Canonical[(Image.Length - 1)..] : "";
        return By is null || rest is null ? null : ImageName.Parse(By.Replace("*", rest, StringComparison.Ordinal));
    }

    /// <summary>The tags of the other image that may stand for a tag, the best first; those that it holds are for <see cref="Replacement"/> to say.</summary>
    public IReadOnlyList<string> TagsFor(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        switch (Form)
        {
            case TagForm.Java when JavaTag().Match(tag) is { Success: true } java:
                var (version, kind) = (java.Groups["version"].Value, java.Groups["kind"].Value is "jre" ? "jre" : "jdk");
                return java.Groups["alpine"].Success ? [$"{version}-{kind}-alpine"] : [$"{version}-{kind}"];
            case TagForm.Java:
                return [];
            case TagForm.DotNet:
                return [VersionText(tag)];
            default:
                return [tag];
        }
    }

    private static string VersionText(string tag) => TagVersion.Of(tag) is { Scheme: TagScheme.Version } version ? version.VersionText : tag;

    /// <summary><c>2.1-sdk-alpine</c> is an SDK.</summary>
    private static string? DotNetPart(string tag) =>
        tag.Contains("sdk", StringComparison.Ordinal) ? "sdk"
        : tag.Contains("aspnetcore", StringComparison.Ordinal) ? "aspnet"
        : tag.Contains("runtime-deps", StringComparison.Ordinal) ? "runtime-deps"
        : tag.Contains("runtime", StringComparison.Ordinal) ? "runtime"
        : null;

    private bool IsFor(ImageName image) =>
        Image.EndsWith("/*", StringComparison.Ordinal) ? image.Canonical.StartsWith(Image[..^1], StringComparison.Ordinal) : image.Canonical == Image;

    /// <summary>What openjdk and adoptopenjdk wrote: <c>17-jdk-slim</c>, <c>8u342-jre</c>, <c>17.0.2-jdk-alpine3.15</c>, <c>11-jdk-hotspot</c>; not OpenJ9, which is another machine, nor Windows.</summary>
    [GeneratedRegex(@"^(?:openjdk-)?(?<version>[0-9]{1,2})(?:u[0-9]+|[._][0-9]+)*(?:-b[0-9]+)?(?:-(?<kind>jdk|jre))?(?:-hotspot)?(?:-headless)?(?<alpine>-alpine[0-9.]*)?(?:-slim)?(?:-(?:buster|bullseye|stretch|jessie|bookworm|oracle|oraclelinux[0-9]|bionic|focal))?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex JavaTag();
}

/// <summary>How the tags of one image become those of another.</summary>
public enum TagForm
{
    /// <summary>They are the same.</summary>
    Same,

    /// <summary>OpenJDK's: the major version, JDK or JRE, and Alpine stay.</summary>
    Java,

    /// <summary>Those of <c>microsoft/dotnet</c>: what stood in the tag is the image now.</summary>
    DotNet,
}
