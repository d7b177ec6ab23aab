using System.Globalization;
using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>A folder of Markdown files, one a message, for whatever sends e-mail from there. A file is there whole or not at all.</summary>
internal sealed class MarkdownFolder(string channel, string folder) : IChannel
{
    /// <inheritdoc/>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        var name = MarkdownMail.NameOf(message.Id);
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(folder);

            // The same message again, on whatever day, is the same file.
            var before = Directory.EnumerateFiles(folder, "*-" + name).FirstOrDefault(f => Path.GetFileName(f).Length == "2026-01-01-".Length + name.Length);
            var file = before ?? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{message.At.UtcDateTime:yyyy-MM-dd}-{name}"));
            await File.WriteAllTextAsync(temporary, MarkdownMail.Render(message), cancellationToken);
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChannelException(channel, $"the folder of channel {channel} can't be written to: {e.Message.TrimEnd('.')}", innerException: e);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }
}
