using Basewatch.World.Parts;

namespace Basewatch.World.Servers;

/// <summary>Builds images with tools that people build them with: umoci makes layers, skopeo pulls and pushes.</summary>
public sealed class ImageBuilder
{
    private const string Image = "layout:built";
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(1);
    private readonly DebianProgram _umoci;
    private readonly DebianProgram _skopeo;

    private ImageBuilder(DebianProgram umoci, DebianProgram skopeo) => (_umoci, _skopeo) = (umoci, skopeo);

    /// <summary>The tools. Skips the test where they can't be had.</summary>
    public static async Task<ImageBuilder> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new ImageBuilder(await DebianPackage.Umoci.GetAsync(cancellationToken), await DebianPackage.Skopeo.GetAsync(cancellationToken));
        }
        catch (MissingPartException e)
        {
            e.SkipOrFail();
            throw;
        }
    }

    /// <summary>Builds an image of one platform, pushes it, and returns its digest. Whatever its base says of itself it inherits.</summary>
    /// <param name="image">Registry, which speaks plain HTTP, repository and tag.</param>
    /// <param name="on">The base, which is pulled as it is now; null: from scratch.</param>
    /// <param name="files">What its layer adds: paths and contents.</param>
    /// <param name="labels">Labels of its configuration.</param>
    /// <param name="annotations">Annotations of its manifest.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    public async Task<string> BuildAsync(
        string image, string? on, IReadOnlyDictionary<string, string> files,
        IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("basewatch-build-").FullName;
        try
        {
            if (on is null)
            {
                await RunAsync(_umoci, "init", "--layout", "layout");
                await RunAsync(_umoci, "new", "--image", Image);
            }
            else
            {
                await RunAsync(_skopeo, "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", $"docker://{on}", $"oci:{Image}");
            }

            await RunAsync(_umoci, "unpack", "--rootless", "--image", Image, "bundle");
            foreach (var (path, content) in files)
            {
                var file = new FileInfo(Path.Combine(folder, "bundle", "rootfs", path));
                file.Directory!.Create();
                await File.WriteAllTextAsync(file.FullName, content, cancellationToken);
            }

            await RunAsync(_umoci, "repack", "--image", Image, "bundle");
            if (labels.Count + annotations.Count > 0)
            {
                await RunAsync(_umoci, ["config", "--image", Image, .. labels.Select(l => $"--config.label={l.Key}={l.Value}"), .. annotations.Select(a => $"--manifest.annotation={a.Key}={a.Value}")]);
            }

            await RunAsync(_skopeo, "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false", "--digestfile=digest", $"oci:{Image}", $"docker://{image}");
            return (await File.ReadAllTextAsync(Path.Combine(folder, "digest"), cancellationToken)).Trim();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task RunAsync(DebianProgram program, params string[] arguments)
        {
            var (exitCode, output) = await Command.RunAsync(folder, StepLimit, program.Path, arguments, cancellationToken, program.Environment);
            if (exitCode != 0)
            {
                throw new InvalidOperationException($"{Path.GetFileName(program.Path)} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
            }
        }
    }
}
