using System.IO.Enumeration;
using System.Security.Cryptography;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Octokit;

namespace Basewatch.Adapters.GitHub;

/// <summary>Which GitHub, as whom, and which repositories. Holds secrets: never printed as a whole.</summary>
public sealed class GitHubOptions
{
    /// <summary>Address of the REST API: <c>https://api.github.com/</c>, or <c>https://github.example.org/api/v3/</c> of a GitHub Enterprise Server.</summary>
    public Uri ApiBaseAddress { get; set; } = new("https://api.github.com/");

    /// <summary>A personal access token, or the token of a GitHub Actions job.</summary>
    public string? Token { get; set; }

    /// <summary>A GitHub App, in place of a token.</summary>
    public GitHubAppOptions? App { get; set; }

    /// <summary>The organisation (or user) whose repositories are looked after.</summary>
    public string? Organization { get; set; }

    /// <summary>Repositories that are looked after, <c>owner/name</c> each. With neither these nor an organisation, an App looks after every repository it is installed on.</summary>
    public IList<string> Repositories { get; } = [];

    /// <summary>Where there are any, only repositories that match one: <c>*</c> and <c>?</c> in a name, or in <c>owner/name</c>.</summary>
    public IList<string> Include { get; } = [];

    /// <summary>Repositories that match one are left out: <c>*</c> and <c>?</c> in a name, or in <c>owner/name</c>.</summary>
    public IList<string> Exclude { get; } = [];

    /// <summary>Whom commits name as their author; null: whoever the token or App is. GitHub signs only commits without an author of their own.</summary>
    public GitHubAuthorOptions? Author { get; set; }

    /// <summary>The one way to merge; null: the first of squash, merge and rebase that the repository allows.</summary>
    public PullRequestMergeMethod? MergeMethod { get; set; }

    /// <summary>What GitHub signs its webhooks with; null: none are taken. A secret.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>The secret before that, which counts too while it is changed. A secret.</summary>
    public string? PreviousWebhookSecret { get; set; }

    /// <summary>The secrets that a webhook may be signed with.</summary>
    public IEnumerable<string> WebhookSecrets => new[] { WebhookSecret, PreviousWebhookSecret }.OfType<string>();

    /// <summary>The registry of this GitHub's packages.</summary>
    public string PackageRegistry => ApiBaseAddress.IdnHost == "api.github.com" ? "ghcr.io" : $"containers.{ApiBaseAddress.IdnHost}";

    /// <summary>Whether a repository is among those that are looked after, as far as the settings decide it.</summary>
    /// <param name="repository">Which.</param>
    /// <param name="isFork">Whether it is a fork.</param>
    /// <param name="installation">The installation of the App that it belongs to; null where that is not known.</param>
    public bool MayLookAfter(RepositoryName repository, bool isFork, long? installation)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var isNamed = Repositories.Any(r => RepositoryName.TryParse(r, out var named) && named == repository);
        var isListed = !isFork && (Organization is null ? App is not null && Repositories.Count == 0 : string.Equals(repository.Owner, Organization, StringComparison.OrdinalIgnoreCase));
        return (isNamed || isListed) && Selects(repository) && (App?.InstallationId is not { } only || only == installation);
    }

    /// <summary>What is wrong with the settings, one sentence each and without any secret; none when all is well.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        problems.AddRange(
            from secret in new[] { (Name: nameof(WebhookSecret), Value: WebhookSecret), (Name: nameof(PreviousWebhookSecret), Value: PreviousWebhookSecret) }
            where secret.Value is { Length: < 16 }
            select $"GitHub:{secret.Name} has fewer than 16 characters: take a longer one, such as 'openssl rand -hex 24' prints");
        if (!ApiBaseAddress.IsAbsoluteUri || (ApiBaseAddress.Scheme != Uri.UriSchemeHttps && !(ApiBaseAddress.Scheme == Uri.UriSchemeHttp && ApiBaseAddress.IsLoopback)))
        {
            problems.Add("GitHub:ApiBaseAddress must be an absolute https address, as https://api.github.com/ is");
        }
        else if (ApiBaseAddress.UserInfo.Length > 0 || ApiBaseAddress.Query.Length > 0)
        {
            problems.Add("GitHub:ApiBaseAddress must hold neither credentials nor a query");
        }

        if (Token is not null && (Token.Length == 0 || Token.Any(c => c is <= ' ' or > '~')))
        {
            problems.Add("GitHub:Token is empty or has characters that no token has");
        }

        if (Token is not null && App is not null)
        {
            problems.Add("GitHub:Token and GitHub:App are both set: choose one");
        }

        if (App is not null)
        {
            problems.AddRange(App.Problems());
        }
        else if (Organization is null && Repositories.Count == 0)
        {
            problems.Add("GitHub: no repository is chosen: set GitHub:Organization, GitHub:Repositories or GitHub:App");
        }

        if (Organization is not null && !RepositoryName.TryParse($"{Organization}/any", out _))
        {
            problems.Add($"GitHub:Organization '{Excerpt.Of(Organization)}' is no name of an organisation");
        }

        if (Author is not null)
        {
            problems.AddRange(Author.Problems());
        }

        problems.AddRange(Repositories.Where(r => !RepositoryName.TryParse(r, out _)).Select(r => $"GitHub:Repositories has '{Excerpt.Of(r)}': expected owner/name"));
        return problems;
    }

    /// <summary>Do the patterns let a repository through?</summary>
    internal bool Selects(RepositoryName repository) =>
        (Include.Count == 0 || Include.Any(p => Matches(p, repository))) && !Exclude.Any(p => Matches(p, repository));

    private static bool Matches(string pattern, RepositoryName repository) =>
        FileSystemName.MatchesSimpleExpression(pattern, pattern.Contains('/', StringComparison.Ordinal) ? repository.ToString() : repository.Name);
}

/// <summary>A GitHub App: <see href="https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app"/>.</summary>
public sealed class GitHubAppOptions
{
    /// <summary>The App's id or client id.</summary>
    public string Id { get; set; } = "";

    /// <summary>Its RSA private key in PEM; <c>\n</c> may stand for line ends.</summary>
    public string PrivateKey { get; set; } = "";

    /// <summary>The one installation to act for; without it, the installations are found by the owners of the repositories.</summary>
    public long? InstallationId { get; set; }

    /// <summary>The private key.</summary>
    /// <exception cref="ArgumentException">It is no PEM of an RSA private key.</exception>
    /// <exception cref="CryptographicException">It can't be read.</exception>
    internal RSA ReadPrivateKey()
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(PrivateKey.Replace("\\n", "\n", StringComparison.Ordinal));
            rsa.ExportParameters(includePrivateParameters: true);
            return rsa;
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    internal IEnumerable<string> Problems()
    {
        if (Id.Length is 0 or > 100 || !Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            yield return "GitHub:App:Id must be the App's id or client id";
        }

        if (!HasPrivateKey())
        {
            yield return "GitHub:App:PrivateKey must be the App's RSA private key in PEM, from '-----BEGIN' to '-----END … KEY-----'";
        }
    }

    private bool HasPrivateKey()
    {
        try
        {
            using var rsa = ReadPrivateKey();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>An author of commits.</summary>
public sealed class GitHubAuthorOptions
{
    /// <summary>Name.</summary>
    public string Name { get; set; } = "";

    /// <summary>E-mail address.</summary>
    public string Email { get; set; } = "";

    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name) || !IsPlain(Name))
        {
            yield return "GitHub:Author:Name must be a name, without '<' and '>'";
        }

        if (Email.Length > 254 || Email.Split('@') is not [{ Length: > 0 }, { Length: > 0 }] || Email.Contains(' ', StringComparison.Ordinal) || !IsPlain(Email))
        {
            yield return "GitHub:Author:Email must be an e-mail address";
        }
    }

    // What Git keeps for itself in the line of an author.
    private static bool IsPlain(string text) => text.Length <= 254 && !text.Any(c => char.IsControl(c) || c is '<' or '>');
}
