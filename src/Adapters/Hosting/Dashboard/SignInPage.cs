namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>What those see who are not let in.</summary>
internal static class SignInPage
{
    /// <summary>The form that takes the key.</summary>
    /// <param name="to">Where to go then.</param>
    /// <param name="isWrong">Whether another key was tried.</param>
    /// <param name="again">Whether the browser asks once more at once.</param>
    public static Html Render(string to, bool isWrong, bool again) => PageFrame.Bare("Sign in", Html.Of($"""
        <main id="content" class="alone"><h1>Basewatch</h1>
        <form method="post" action="{PageNames.SignIn}" class="card">
        <input type="hidden" name="to" value="{to}">
        <label for="key">Key</label>
        <input id="key" type="password" name="key" required autofocus autocomplete="current-password"{(isWrong ? Html.Of($" aria-invalid=\"true\" aria-describedby=\"wrong\"") : null)}>
        {(isWrong ? Html.Of($"<p id=\"wrong\" class=\"wrong\" role=\"alert\">That is not the key.</p>") : null)}
        <button type="submit">Sign in</button>
        </form>
        <p class="sub">The key is the service's setting <code>Basewatch__Key</code>.</p></main>
        """), again);

    /// <summary>Where nobody is let in.</summary>
    public static Html Off() => PageFrame.Bare("Off", Html.Of($"""
        <main id="content" class="alone"><h1>Not switched on</h1><p>Who may look here is not set. The documentation of the dashboard tells how to set it.</p></main>
        """));
}
