using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting;

/// <summary>
/// App Service's own authentication, which stands before the app and says who is signed in
/// (<see href="https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities"/>). It takes its headers away from what comes from outside; so they
/// are believed only where the settings rely on it and it is in force.
/// </summary>
/// <param name="isReliedOn">Whether the settings say so.</param>
/// <param name="isInForce">Whether it stands before this process.</param>
public sealed class AppServiceSignIn(bool isReliedOn, bool isInForce)
{
    private const int LongestName = 200;

    /// <summary>Whether App Service says so to the apps behind its authentication.</summary>
    public static bool IsInForceHere => string.Equals(Environment.GetEnvironmentVariable("WEBSITE_AUTH_ENABLED"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the settings rely on it.</summary>
    public bool IsReliedOn => isReliedOn;

    /// <summary>Whether it stands before this process.</summary>
    public bool IsInForce => isInForce;

    /// <summary>Whether somebody is signed in.</summary>
    public bool IsSignedIn(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return isReliedOn && isInForce && request.Headers["X-MS-CLIENT-PRINCIPAL-ID"].ToString().Length > 0;
    }

    /// <summary>Who is signed in, on one line; null: nobody, or it can't be known.</summary>
    public string? NameOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return isReliedOn && isInForce && request.Headers["X-MS-CLIENT-PRINCIPAL-NAME"].ToString() is { Length: > 0 } name ? Notifications.PlainText.OnOneLine(name, LongestName) : null;
    }
}
