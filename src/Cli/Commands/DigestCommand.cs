using System.CommandLine;
using System.Globalization;
using Basewatch.Cli.Output;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

namespace Basewatch.Cli.Commands;

/// <summary><c>digest IMAGE</c>: what a tag stands for now, and what is attached to it.</summary>
internal static class DigestCommand
{
    public static Command Create()
    {
        var image = CommonOptions.Image();
        var format = CommonOptions.Format("table", "json");
        var settings = CommonOptions.Settings();
        var verbose = CommonOptions.Verbose();
        var command = new Command("digest", "Say which digest a tag stands for, for which platforms, and whether it is signed.") { image, format, settings, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var tools = Toolbox.Open(parsed, settings, verbose);
            if (!ImageReference.TryParse(parsed.GetValue(image), out var reference, out var error))
            {
                throw new UsageException(error);
            }

            try
            {
                if (await tools.Registry.GetManifestAsync(reference, cancellationToken) is not { } manifest)
                {
                    Screen.Error($"{reference.Familiar} is not in {reference.Name.Registry}");
                    return ExitCode.Partial;
                }

                var isJson = parsed.GetValue(format) == "json";

                // A script that takes the digest alone pays for no more.
                var attached = isJson || Screen.IsTerminal ? await AttachedAsync(tools.Registry, reference.Name, manifest.Digest, cancellationToken) : new Attached(null, null);
                Print(reference, manifest, attached, isJson);
                if (attached.Problem is null)
                {
                    return ExitCode.Success;
                }

                Screen.Error(attached.Problem);
                return ExitCode.Partial;
            }
            catch (RegistryException e)
            {
                Screen.Error(e.Message);
                return ExitCode.Partial;
            }
        });
        return command;
    }

    private static async Task<Attached> AttachedAsync(IRegistry registry, ImageName image, Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            var referrers = await registry.GetReferrersAsync(image, digest, null, null, cancellationToken);
            var signature = SignatureKinds.Of(referrers);
            if (signature == SignatureKind.None && await registry.ResolveAsync(new ImageReference(image, SignatureKinds.CosignTagOf(digest)), cancellationToken) is not null)
            {
                signature = SignatureKind.Cosign;
            }

            return new Attached(signature, LifecycleAnnotation.EndOfLife(referrers));
        }
        catch (RegistryException e)
        {
            return new Attached(null, null, e.Message);
        }
    }

    private static string? Word(SignatureKind? signature) => signature switch
    {
        null => null,
        SignatureKind.Notation => "notation",
        SignatureKind.Cosign => "cosign",
        _ => "none",
    };

    private static void Print(ImageReference reference, Manifest manifest, Attached attached, bool isJson)
    {
        var platforms = manifest.Entries.Where(e => e.Platform is not null).ToList();
        if (isJson)
        {
            JsonLines.Write(
                [new DigestRow(reference.Name.Canonical, reference.Tag, manifest.Digest.ToString(), manifest.MediaType, [.. platforms.Select(p => new PlatformRow(p.Platform!.ToString(), p.Digest.ToString()))], Word(attached.Signature), attached.EndOfLife)],
                RowJson.Default.DigestRow);
            return;
        }

        // Scripts take the digest; the platforms are for people.
        Screen.Out.WriteLine(manifest.Digest.ToString());
        if (platforms.Count > 0 && Screen.IsTerminal)
        {
            string[] headings = ["Platform", "Digest"];
            var rows = new List<IReadOnlyList<string>>();
            foreach (var platform in platforms)
            {
                var version = platform.Platform!.OsVersion is { } build ? string.Create(CultureInfo.InvariantCulture, $" ({build})") : "";
                rows.Add([Screen.Safe(platform.Platform + version), platform.Digest.ToString()]);
            }

            Screen.WriteTable(headings, rows);
        }

        if (attached.Signature is { } signature)
        {
            Screen.Out.WriteLine(signature == SignatureKind.None ? "No signature is attached to it." : $"A signature of {signature} is attached to it. Nobody has verified it.");
        }

        if (attached.EndOfLife is { } end)
        {
            Screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Its publisher has marked {end:yyyy-MM-dd} as its end of life."));
        }
    }

    /// <summary>What is attached to a digest.</summary>
    private sealed record Attached(SignatureKind? Signature, DateOnly? EndOfLife, string? Problem = null);
}
