namespace Basewatch.Adapters.Notifications;

/// <summary>What a channel is.</summary>
public enum ChannelKind
{
    /// <summary>A Teams channel or chat, by the webhook of a workflow: Adaptive Cards.</summary>
    Teams,

    /// <summary>An address that takes CloudEvents.</summary>
    Webhook,

    /// <summary>A folder of Markdown files, ready for e-mail.</summary>
    Markdown,
}
