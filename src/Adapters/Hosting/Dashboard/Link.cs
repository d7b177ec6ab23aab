namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>
/// Every link of the dashboard. Pages lie beside each other, so that all addresses among them are relative and hold wherever the dashboard is mounted;
/// others lead to https alone.
/// </summary>
internal static class Link
{
    /// <summary>Address of a page.</summary>
    public static string To(string page, PageQuery? query = null) => (page.Length == 0 ? "./" : page) + query;

    /// <summary>A link to a page.</summary>
    public static Html To(string page, PageQuery query, string text) => Html.Of($"<a href=\"{To(page, query)}\">{text}</a>");

    /// <summary>A link to the page of a repository.</summary>
    public static Html Repository(string name) => Named(PageNames.Repository, name, name);

    /// <summary>A link to the page of an image.</summary>
    public static Html Image(string name, string text) => Named(PageNames.Image, name, text);

    private static Html Named(string page, string name, string text) => Html.Of($"<a class=\"name\" href=\"{To(page, PageQuery.None.With("name", name))}\">{Words.Name(text)}</a>");

    /// <summary>A link to elsewhere; the text alone where that is no web address.</summary>
    public static Html Elsewhere(string? url, string text) =>
        IsWeb(url) ? Html.Of($"<a href=\"{url}\" rel=\"noreferrer noopener\">{text}</a>") : Html.Of($"{text}");

    /// <summary>Whether an address leads to a page of the web, and says nothing of a password.</summary>
    public static bool IsWeb(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}

/// <summary>Names of pages, as they stand in addresses.</summary>
internal static class PageNames
{
    public const string Overview = "";
    public const string Repositories = "repositories";
    public const string Repository = "repository";
    public const string Images = "images";
    public const string Image = "image";
    public const string OwnImages = "own-images";
    public const string Rollouts = "rollouts";
    public const string Lifecycles = "lifecycles";
    public const string PullRequests = "pull-requests";
    public const string Alerts = "alerts";
    public const string Activity = "activity";
    public const string Failures = "failures";
    public const string SignIn = "sign-in";
    public const string SignOut = "sign-out";
    public const string Style = "dashboard.css";
    public const string Script = "dashboard.js";

    /// <summary>Every page that can be asked for, beside the first.</summary>
    public static IReadOnlyList<string> All { get; } = [Repositories, Repository, Images, Image, OwnImages, Rollouts, Lifecycles, PullRequests, Alerts, Activity, Failures, SignIn, SignOut, Style, Script];
}
