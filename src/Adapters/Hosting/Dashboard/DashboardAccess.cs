using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What becomes of somebody who asks for a page.</summary>
internal enum Admission
{
    /// <summary>He is let in.</summary>
    Admitted,

    /// <summary>He may sign in with the key.</summary>
    SignIn,

    /// <summary>He may sign in with Entra.</summary>
    Entra,

    /// <summary>Nobody is let in here.</summary>
    Off,
}

/// <summary>
/// Who may look: whom App Service's authentication has let in, where the settings say so and it is in force; whoever has the key, or a session that
/// began with it; and where there is no key, whoever the door has let through, if that looks itself.
/// </summary>
/// <param name="key">The key; null: none is set.</param>
/// <param name="signIn">App Service's authentication.</param>
/// <param name="isGuarded">Whether without a key the door itself lets only this machine in.</param>
/// <param name="time">Ends sessions.</param>
public sealed class DashboardAccess(string? key, AppServiceSignIn signIn, bool isGuarded, TimeProvider time)
{
    /// <summary>How long a session lasts that nobody uses.</summary>
    public static readonly TimeSpan SessionLasts = TimeSpan.FromDays(7);

    private const string Cookie = "basewatch-session";

    /// <summary>A session in use is begun anew when it is older than this.</summary>
    private static readonly TimeSpan RenewedAfter = TimeSpan.FromDays(1);

    /// <summary>Whether there are sessions that can be ended.</summary>
    internal bool HasSessions => key is not null && !signIn.IsReliedOn;

    /// <summary>Decides, and renews a session.</summary>
    internal Admission Decide(HttpRequest request)
    {
        if (signIn.IsReliedOn)
        {
            return !signIn.IsInForce ? Admission.Off : signIn.IsSignedIn(request) ? Admission.Admitted : Admission.Entra;
        }

        if (key is null)
        {
            return isGuarded ? Admission.Admitted : Admission.Off;
        }

        if (EndpointKey.IsInHeader(request, key))
        {
            return Admission.Admitted;
        }

        if (EndOf(request.Cookies[Cookie]) is not { } end || end <= time.GetUtcNow())
        {
            return Admission.SignIn;
        }

        if (end - time.GetUtcNow() < SessionLasts - RenewedAfter)
        {
            Begin(request);
        }

        return Admission.Admitted;
    }

    /// <summary>Begins a session for whoever has the key.</summary>
    /// <returns>False for another key.</returns>
    internal bool SignIn(HttpRequest request, string sent)
    {
        if (key is null || !EndpointKey.Is(sent, key))
        {
            return false;
        }

        Begin(request);
        return true;
    }

    /// <summary>Ends the session of a browser.</summary>
    internal static void SignOut(HttpRequest request) => request.HttpContext.Response.Cookies.Delete(Cookie, Options(request));

    private void Begin(HttpRequest request)
    {
        var end = (time.GetUtcNow() + SessionLasts).ToUnixTimeSeconds();
        var options = Options(request);
        options.MaxAge = SessionLasts;
        request.HttpContext.Response.Cookies.Append(Cookie, $"{end.ToString(CultureInfo.InvariantCulture)}.{Seal(end)}", options);
    }

    /// <summary>When a session ends; null for one that was not begun with this key.</summary>
    private DateTimeOffset? EndOf(string? cookie) =>
        cookie?.Split('.') is [var text, var seal]
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(seal), Encoding.UTF8.GetBytes(Seal(end)))
            ? DateTimeOffset.FromUnixTimeSeconds(end)
            : null;

    private string Seal(long end) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key!), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"basewatch dashboard session until {end}"))));

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        IsEssential = true,
        Secure = request.IsHttps || string.Equals(request.Headers["X-Forwarded-Proto"].ToString(), "https", StringComparison.OrdinalIgnoreCase),
        Path = request.PathBase + request.Path.Value![..(request.Path.Value!.LastIndexOf('/') + 1)],
    };
}
