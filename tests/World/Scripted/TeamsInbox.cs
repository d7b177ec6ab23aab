using System.Text.Json.Nodes;

namespace Basewatch.World.Scripted;

/// <summary>
/// Receives cards as a Teams Workflows webhook does: a POST is answered with 202 and no body, anything else with 405.
/// Put another <see cref="ScriptedServer.Script"/> in its place for one that fails.
/// </summary>
public sealed class TeamsInbox() : ScriptedServer(context => Answers.Status(context.Request.Method is "POST" ? 202 : 405)(context))
{
    /// <summary>The address to post to, which holds a secret in its query, as the real one does.</summary>
    public Uri Webhook => new(Address, "/workflows/1f0c/triggers/manual/paths/invoke?api-version=2016-06-01&sig=not-a-real-signature");

    /// <summary>The messages posted, parsed: <c>{"type":"message","attachments":[…]}</c>.</summary>
    public IReadOnlyList<JsonNode> Messages => [.. Requests.Where(r => r.Method is "POST").Select(r => JsonNode.Parse(r.Body)!)];

    /// <summary>The Adaptive Cards in the messages.</summary>
    public IReadOnlyList<JsonNode> Cards => [.. Messages
        .SelectMany(m => m["attachments"]?.AsArray() ?? [])
        .Where(a => (string?)a?["contentType"] is "application/vnd.microsoft.card.adaptive")
        .Select(a => a!["content"]!)];
}
