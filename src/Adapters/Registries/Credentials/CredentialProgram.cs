using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>
/// A credential helper of Docker's: a program <c>docker-credential-NAME</c> that is told a registry on its standard input and answers with JSON
/// (<see href="https://github.com/docker/docker-credential-helpers"/>).
/// </summary>
internal static class CredentialProgram
{
    private const string Prefix = "docker-credential-";
    private const int LargestAnswer = 64 * 1024;

    // What helpers print, with an exit code that is not 0, for a registry that they know nothing of.
    private const string NotFound = "credentials not found in native keychain";

    // The user name that stands for an identity token.
    private const string TokenUser = "<token>";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] WindowsExtensions = [".exe", ".cmd", ".bat"];

    /// <summary>Asks a helper.</summary>
    /// <param name="name">Its name without the prefix: <c>desktop</c>, <c>ecr-login</c>.</param>
    /// <param name="server">The registry, as the helper knows it.</param>
    /// <param name="searchPath">The folders where programs lie, as <c>PATH</c> has them.</param>
    /// <param name="cancellationToken">Cancels the call, and ends the helper.</param>
    /// <returns>The login; null where the helper has none.</returns>
    /// <exception cref="CredentialProgramException">There is no such helper, or it failed.</exception>
    public static async Task<RegistryLogin?> AskAsync(string name, string server, string? searchPath, CancellationToken cancellationToken)
    {
        if (!IsName(name))
        {
            throw new CredentialProgramException($"'{Excerpt.Of(name)}' is no name of a credential helper");
        }

        var program = Prefix + name;
        var path = Find(program, searchPath) ?? throw new CredentialProgramException($"the credential helper {program} is not on the PATH");
        var start = new ProcessStartInfo(path, ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(start) ?? throw new CredentialProgramException($"the credential helper {program} does not start");
            try
            {
                var output = ReadAsync(process.StandardOutput.BaseStream, program, limit.Token);
                var noise = process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
                await TellAsync(process.StandardInput, server, limit.Token);
                var answer = await output;
                await noise;
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? Read(answer, program) : Refused(answer, program, process.ExitCode);
            }
            catch
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CredentialProgramException($"the credential helper {program} did not answer within {RegistryHttp.Seconds(Patience)}");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw new CredentialProgramException($"the credential helper {program} does not work ({Excerpt.Of(e.Message)})", e);
        }
    }

    /// <summary>
    /// Where a program lies. Only absolute folders count: the current one may be somebody's repository, and systems look there first
    /// for a name without a folder.
    /// </summary>
    internal static string? Find(string program, string? searchPath)
    {
        foreach (var folder in (searchPath ?? "").Split(Path.PathSeparator))
        {
            if (!Path.IsPathFullyQualified(folder))
            {
                continue;
            }

            foreach (var extension in OperatingSystem.IsWindows() ? WindowsExtensions : [""])
            {
                var path = Path.Combine(folder, program + extension);
                if (File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None))
                {
                    return path;
                }
            }
        }

        return null;
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static async Task TellAsync(StreamWriter input, string server, CancellationToken cancellationToken)
    {
        try
        {
            await using (input)
            {
                await input.WriteAsync(server.AsMemory(), cancellationToken);
            }
        }
        catch (IOException)
        {
            // It has ended without reading: its answer and exit code say why.
        }
    }

    private static async Task<byte[]> ReadAsync(Stream output, string program, CancellationToken cancellationToken)
    {
        var answer = new byte[LargestAnswer];
        var length = await output.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken);
        return length < answer.Length ? answer[..length] : throw new CredentialProgramException($"the credential helper {program} answered with more than {LargestAnswer / 1024} KiB");
    }

    private static RegistryLogin? Read(byte[] answer, string program)
    {
        try
        {
            var login = JsonSerializer.Deserialize(answer, DockerJson.Default.HelperAnswer);
            var source = $"of {program}";
            return string.IsNullOrEmpty(login?.Secret) ? null
                : login.Username == TokenUser ? new RegistryLogin(source) { IdentityToken = login.Secret }
                : string.IsNullOrEmpty(login.Username) ? null
                : new RegistryLogin(source) { Username = login.Username, Password = login.Secret };
        }
        catch (JsonException)
        {
            // What it says may be a secret.
            throw new CredentialProgramException($"the credential helper {program} answered with something that is not its JSON");
        }
    }

    private static RegistryLogin? Refused(byte[] answer, string program, int exitCode)
    {
        var text = System.Text.Encoding.UTF8.GetString(answer).Trim();
        return text == NotFound ? null
            : throw new CredentialProgramException($"the credential helper {program} ended with {exitCode}{(text.Length == 0 || text.Contains('{', StringComparison.Ordinal) ? "" : $" ({Excerpt.Of(text)})")}");
    }
}

/// <summary>A credential helper is not there, or failed. The message names it, and holds no secret.</summary>
internal sealed class CredentialProgramException(string message, Exception? innerException = null) : Exception(message, innerException);
