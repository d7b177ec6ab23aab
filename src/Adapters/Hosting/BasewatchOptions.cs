using System.Diagnostics.CodeAnalysis;
using Basewatch.Adapters.GitHub;
using Basewatch.Adapters.Hosting.Telemetry;
using Basewatch.Adapters.Notifications;
using Basewatch.Adapters.Packages;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Adapters.Hosting;

/// <summary>Everything that can be set, under <c>Basewatch</c>: in a settings file, or as environment variables such as <c>Basewatch__GitHub__Token</c>. Holds secrets: never printed as a whole.</summary>
public sealed class BasewatchOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Basewatch";

    /// <summary>What Basewatch may do.</summary>
    public ServiceMode Mode { get; set; } = ServiceMode.Propose;

    /// <summary>Whether nothing is written to any repository for now.</summary>
    public bool Paused { get; set; }

    /// <summary>How many pull requests there may be.</summary>
    public PullRequestOptions PullRequests { get; set; } = new();

    /// <summary>Which GitHub, as whom, and which repositories.</summary>
    public GitHubOptions GitHub { get; set; } = new();

    private static readonly RuleSource Settings = new("settings", null, PolicyText.Docker.Dialect);

    /// <summary>Policies for some images; the first that matches counts, all others have the default.</summary>
    public IList<PolicyOptions> Policies { get; } = [];

    /// <summary>Formats of one's own: regular expressions that find images in files.</summary>
    public IList<FormatOptions> Formats { get; } = [];

    /// <summary>The registries of which there is more to say than their name: credentials, where they are reached, private addresses.</summary>
    public IList<RegistrySettings> Registries { get; } = [];

    /// <summary>Registries, or parts of them, that hold images of others.</summary>
    public IList<MirrorSettings> Mirrors { get; } = [];

    /// <summary>
    /// The Docker or Podman configuration whose logins registries are signed in to with: the path of a file, <c>default</c> for the usual
    /// places, <c>none</c>. Where nothing is said, the usual places for commands that run once, and none for a service.
    /// </summary>
    public string? DockerConfig { get; set; }

    /// <summary>Concurrency, page size and timeouts of every registry.</summary>
    public RegistryOptions RegistryLimits { get; set; } = new();

    /// <summary>What the command line keeps between runs.</summary>
    public CacheOptions Cache { get; set; } = new();

    /// <summary>Where state and jobs are kept.</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>Address of a Teams Workflows webhook: the channel of the name <c>teams</c>. A secret.</summary>
    public Uri? TeamsWebhook { get; set; }

    /// <summary>Where people are told.</summary>
    public IList<ChannelSettings> Channels { get; } = [];

    /// <summary>Where people and receivers of messages see this service, for links: <c>https://basewatch.example.com/</c>.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>The key that links in messages are signed with; null: one is made of <see cref="Key"/>. A secret.</summary>
    public string? LinkKey { get; set; }

    /// <summary>Whether App Service's own authentication stands before the service: it lets people in to the dashboard, in place of the key, and says who they are.</summary>
    public bool AppServiceAuthentication { get; set; }

    /// <summary>Where lifecycles come from.</summary>
    public LifecycleOptions Lifecycle { get; set; } = new();

    /// <summary>Where vulnerabilities come from.</summary>
    public VulnerabilityOptions Vulnerabilities { get; set; } = new();

    /// <summary>Where packages that Dockerfiles pin are looked up.</summary>
    public PackageOptions Packages { get; set; } = new();

    /// <summary>How many builds there may be, and how soon.</summary>
    public RebuildOptions Rebuilds { get; set; } = new();

    /// <summary>By what it is learnt whether what was merged is good.</summary>
    public RolloutOptions Rollout { get; set; } = new();

    /// <summary>When the loops run.</summary>
    public ScheduleOptions Schedules { get; set; } = new();

    /// <summary>The key that callers of the endpoints send; null: only callers on this machine. A secret.</summary>
    public string? Key { get; set; }

    /// <summary>Who may see badges.</summary>
    public BadgeMode Badges { get; set; }

    /// <summary>Where traces, metrics and logs are sent.</summary>
    public TelemetryOptions Telemetry { get; set; } = new();

    /// <summary>Every channel: that of <see cref="TeamsWebhook"/> first.</summary>
    public IReadOnlyList<ChannelSettings> AllChannels() =>
        [.. TeamsWebhook is null ? [] : new[] { new ChannelSettings { Name = ChannelSettings.TeamsName, Kind = ChannelKind.Teams, Address = TeamsWebhook } }, .. Channels];

    /// <summary>The policies of valid settings.</summary>
    public IReadOnlyList<ScopedRule> PolicyRules() =>
        [.. Policies.Select(p => ScopedRule.TryCreate(p.Image, p.Policy, Settings, out var rule, out var error) ? rule : throw new FormatException(error))];

    /// <summary>The formats that valid settings name, after those that are always there.</summary>
    public FormatCatalog FormatCatalog() => Core.Formats.FormatCatalog.Default.With([.. Formats.Select(f => f.TryCreate(out var format, out var error) ? format : throw new FormatException(error))]);

    /// <summary>How registries are reached.</summary>
    /// <param name="allowAnyAddress">Whether private addresses may be reached too, and the user's own logins used: for the command line, which may what its user may.</param>
    public RegistryOptions RegistriesFor(bool allowAnyAddress) => RegistryLimits with
    {
        Registries = [.. Registries],
        AllowAnyAddress = allowAnyAddress,
        DockerConfig = string.IsNullOrEmpty(DockerConfig) ? (allowAnyAddress ? DockerCredentialStore.UsualPlaces : null)
            : DockerConfig == "none" ? null
            : DockerConfig,

        // A token of another GitHub has no business there.
        GitHubToken = GitHub.ApiBaseAddress is { IsAbsoluteUri: true, IdnHost: "api.github.com" } ? GitHub.Token : null,
    };

    /// <summary>Registries with the mirrors of valid settings.</summary>
    public IRegistry Mirrored(IRegistry registry) => Mirrors.Count == 0 ? registry : new MirroredRegistry(registry, MirrorTable.Of([.. Mirrors]));

    /// <summary>What is wrong with the registries.</summary>
    public IEnumerable<string> RegistryProblems(bool allowAnyAddress) => RegistriesFor(allowAnyAddress).Problems().Select(p => $"Registries: {p}");

    /// <summary>What is wrong with the mirrors.</summary>
    public IEnumerable<string> MirrorProblems() => MirrorTable.Problems([.. Mirrors]).Select(p => $"Mirrors: {p}");

    /// <summary>What is wrong with the settings, one sentence each and without any secret; none when all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        problems.AddRange(GitHub.Problems());
        problems.AddRange(RegistryProblems(allowAnyAddress: false));
        problems.AddRange(MirrorProblems());
        problems.AddRange(Storage.Validate());
        problems.AddRange(Schedules.Problems());
        problems.AddRange(Vulnerabilities.Problems());
        problems.AddRange(PullRequests.Problems());
        problems.AddRange(Telemetry.Problems());
        problems.AddRange(Rebuilds.Problems());
        problems.AddRange(Rollout.Problems());
        problems.AddRange(PolicyProblems());
        problems.AddRange(FormatProblems());
        problems.AddRange(Packages.Problems());
        problems.AddRange(ChannelSettings.Problems(AllChannels()));
        if (PublicAddress is { } address
            && !(address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)) && address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0))
        {
            problems.Add("PublicAddress must be an https address without a user name, a query or a fragment, such as https://basewatch.example.com/");
        }

        problems.AddRange(
            from key in new[] { (Name: nameof(Key), Value: Key), (Name: nameof(LinkKey), Value: LinkKey) }.Concat(Rollout.Secrets)
            where key.Value is { Length: < 16 }
            select $"{key.Name} has fewer than 16 characters: take a longer one, such as 'openssl rand -hex 24' prints");

        if (Badges == BadgeMode.Signed && Key is null && LinkKey is null)
        {
            problems.Add("Badges: signed ones need a LinkKey, or a Key, to be signed with");
        }

        // A reference that App Service could not follow is left as it is: everybody can read it.
        problems.AddRange(
            from secret in new[] { (Name: nameof(Key), Value: Key), (Name: nameof(LinkKey), Value: LinkKey), (Name: "GitHub:WebhookSecret", Value: GitHub.WebhookSecret), (Name: "GitHub:PreviousWebhookSecret", Value: GitHub.PreviousWebhookSecret), (Name: "GitHub:Token", Value: GitHub.Token) }
                .Concat(Registries.Select((r, i) => (Name: $"Registries:{i}:Token", Value: r.Token)))
                .Concat(Rollout.Secrets)
            where secret.Value?.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase) == true
            select $"{secret.Name} is a Key Vault reference that was not followed: the vault has no such secret, or the app's identity may not read it");

        return problems;
    }

    /// <summary>What is wrong with the formats.</summary>
    public IEnumerable<string> FormatProblems()
    {
        if (Formats.Count > RegexFormat.MostFormats)
        {
            yield return $"Formats: there are more than {RegexFormat.MostFormats}";
        }

        var names = Core.Formats.FormatCatalog.Default.Formats.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var format in Formats)
        {
            if (!format.TryCreate(out _, out var error))
            {
                yield return $"Formats: {error}";
            }
            else if (!names.Add(format.Name))
            {
                yield return $"Formats: '{format.Name}': another format has this name";
            }
        }
    }

    /// <summary>What is wrong with the policies.</summary>
    public IEnumerable<string> PolicyProblems()
    {
        foreach (var policy in Policies)
        {
            if (policy.Image.Length == 0)
            {
                yield return $"Policies: '{Core.Images.Excerpt.Of(policy.Policy)}' names no image";
            }
            else if (!ScopedRule.TryCreate(policy.Image, policy.Policy, Settings, out _, out var error))
            {
                yield return $"Policies: {policy.Image}: {error}";
            }
        }
    }
}

/// <summary>A policy for some images.</summary>
public sealed class PolicyOptions
{
    /// <summary>Image name, familiar or canonical, with <c>*</c> and <c>?</c>: <c>python</c>, <c>ghcr.io/acme/*</c>.</summary>
    public string Image { get; set; } = "";

    /// <summary><c>docker</c>, <c>semver:&gt;=3.12 &lt;3.14</c>, <c>digest</c>.</summary>
    public string Policy { get; set; } = "";
}

/// <summary>A format of one's own.</summary>
public sealed class FormatOptions
{
    /// <summary>Its name: lower-case letters, digits and dashes.</summary>
    public string Name { get; set; } = "";

    /// <summary>The files it reads: <c>*.tmpl</c>, <c>deploy/**/versions.txt</c>.</summary>
    public IList<string> Files { get; } = [];

    /// <summary>A regular expression with the named groups <c>image</c>, or <c>registry</c>, <c>name</c>, <c>tag</c>, <c>digest</c>.</summary>
    public string Pattern { get; set; } = "";

    /// <summary>The image's name, where the pattern has only groups for tag and digest.</summary>
    public string? Image { get; set; }

    /// <summary>Makes the format.</summary>
    /// <param name="format">The format.</param>
    /// <param name="error">What is wrong with it.</param>
    public bool TryCreate([NotNullWhen(true)] out RegexFormat? format, [NotNullWhen(false)] out string? error) =>
        RegexFormat.TryCreate(Name, [.. Files], Pattern, Image, out format, out error);
}

/// <summary>Where lifecycles come from.</summary>
public sealed class LifecycleOptions
{
    /// <summary>Address of endoflife.date's API.</summary>
    public Uri BaseAddress { get; set; } = new("https://endoflife.date/api/v1/");

    /// <summary>A file with an answer of <c>/products/full</c> to use instead of asking.</summary>
    public string? CatalogFile { get; set; }
}

/// <summary>Where vulnerabilities come from.</summary>
public sealed class VulnerabilityOptions
{
    /// <summary>Whether a feed is asked at all. It learns names and versions of packages of distributions, and nothing of images.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Address of OSV's service, or of one that speaks as it does.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.osv.dev/");

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Problems() =>
        BaseAddress is { IsAbsoluteUri: true } address && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) && address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0
            ? [] : ["Vulnerabilities:BaseAddress must be an address without a user name, a query or a fragment, such as https://api.osv.dev/"];
}

/// <summary>What the command line keeps between runs. Whatever it is, it can be deleted at any time.</summary>
public sealed class CacheOptions
{
    /// <summary>Whether what is learnt of registries is kept.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The folder; null: <c>basewatch</c> in the user's folder for caches.</summary>
    public string? Folder { get; set; }
}

/// <summary>How many pull requests there may be. A repository's own configuration goes before what is said here of one repository.</summary>
public sealed class PullRequestOptions
{
    /// <summary>The most that may be open at a time in a repository of which nobody says how many; null: as many as there are.</summary>
    public int? Open { get; set; } = 10;

    /// <summary>The most that are opened within an hour in a repository; null: as many as there are.</summary>
    public int? PerHour { get; set; } = 2;

    /// <summary>The most branches that are written within an hour in a repository; null: as many as there are.</summary>
    public int? CommitsPerHour { get; set; }

    /// <summary>The most that is written within a minute to all repositories of one owner: pull requests and comments.</summary>
    public int ContentPerMinute { get; set; } = 60;

    /// <summary>The same within an hour.</summary>
    public int ContentPerHour { get; set; } = 400;

    /// <summary>What holds for every repository.</summary>
    public PullRequestRules Rules() => new()
    {
        MostOpen = Limit(Open, nameof(Open)),
        IsForOthersAlone = true,
        MostAnHour = Limit(PerHour, nameof(PerHour)),
        MostCommitsAnHour = Limit(CommitsPerHour, nameof(CommitsPerHour)),
    };

    /// <summary>What holds for every owner.</summary>
    public ContentLimits Content() => new(ContentPerMinute, ContentPerHour);

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Problems() =>
        from number in new[] { (Name: nameof(Open), Value: Open ?? 0, Least: 0), (Name: nameof(PerHour), Value: PerHour ?? 0, Least: 0), (Name: nameof(CommitsPerHour), Value: CommitsPerHour ?? 0, Least: 0), (Name: nameof(ContentPerMinute), Value: ContentPerMinute, Least: 1), (Name: nameof(ContentPerHour), Value: ContentPerHour, Least: 1) }
        where number.Value < number.Least
        select $"PullRequests:{number.Name} is a number from {number.Least} on";

    private static ProposalLimit? Limit(int? most, string name) => most is { } number ? new ProposalLimit($"the setting PullRequests:{name}", number) : null;
}

/// <summary>How many builds there may be, and how soon.</summary>
public sealed class RebuildOptions
{
    /// <summary>The most builds that run at a time.</summary>
    public int AtOnce { get; set; } = RebuildLimits.Default.AtOnce;

    /// <summary>For so many minutes after the first reason others are waited for, so that one build does for all.</summary>
    public int WindowMinutes { get; set; } = (int)RebuildLimits.Default.Window.TotalMinutes;

    /// <summary>For so many minutes a repository's own workflows have to build what a commit of it changed.</summary>
    public int CommitMinutes { get; set; } = (int)RebuildLimits.Default.CommitPatience.TotalMinutes;

    /// <summary>What holds for all builds.</summary>
    public RebuildLimits Limits() => new(AtOnce, TimeSpan.FromMinutes(WindowMinutes), TimeSpan.FromMinutes(CommitMinutes));

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Problems() =>
        from number in new[] { (Name: nameof(AtOnce), Value: AtOnce, Least: 1), (Name: nameof(WindowMinutes), Value: WindowMinutes, Least: 0), (Name: nameof(CommitMinutes), Value: CommitMinutes, Least: 0) }
        where number.Value < number.Least
        select $"Rebuilds:{number.Name} is a number from {number.Least} on";
}

/// <summary>When the loops run: NCRONTAB with six fields, seconds first, in UTC, as Azure Functions reads them.</summary>
public sealed class ScheduleOptions
{
    /// <summary>Which repositories moved.</summary>
    public string Inventory { get; set; } = "0 */5 * * * *";

    /// <summary>What the registries hold.</summary>
    public string Images { get; set; } = "0 */15 * * * *";

    /// <summary>What is near its end of life.</summary>
    public string Lifecycle { get; set; } = "0 0 6 * * *";

    /// <summary>What fails, whether a week is over, and which messages were lost on their way.</summary>
    public string Alerts { get; set; } = "0 */15 * * * *";

    /// <summary>What people and checks did to pull requests.</summary>
    public string Reviews { get; set; } = "30 */15 * * * *";

    /// <summary>Which own images should be built again, and how those are doing that are being built.</summary>
    public string Rebuilds { get; set; } = "45 */5 * * * *";

    /// <summary>What is wrong with the schedules.</summary>
    internal IEnumerable<string> Problems() =>
        from schedule in new[] { (Name: nameof(Inventory), Text: Inventory), (Name: nameof(Images), Text: Images), (Name: nameof(Lifecycle), Text: Lifecycle), (Name: nameof(Alerts), Text: Alerts), (Name: nameof(Reviews), Text: Reviews), (Name: nameof(Rebuilds), Text: Rebuilds) }
        where !Cronos.CronExpression.TryParse(schedule.Text, Cronos.CronFormat.IncludeSeconds, out _)
        select $"Schedules:{schedule.Name} '{Core.Images.Excerpt.Of(schedule.Text)}' is no schedule: six fields are expected, such as '0 */5 * * * *' for every five minutes";
}
