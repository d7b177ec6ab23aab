using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Finds out what images are, for the words of pull requests: six requests for two indexes with an image each, and at most three more
/// for a base. What a digest names never changes and is held for all repositories. A registry that does not answer leaves
/// a gap, and fails nothing.
/// </summary>
public sealed partial class ImageDescriber(IRegistry registry, TimeProvider time, ILogger<ImageDescriber> logger, VulnerabilityBook? vulnerabilities = null)
{
    /// <summary>The most images that one pull request asks for: Docker Hub counts each manifest as a pull.</summary>
    private const int MostImages = 20;

    private const int Parallel = 8;

    private const int MostHeld = 500;

    private const int MostEntries = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Platform Usual = new("linux", "amd64");

    private readonly Held<(ImageName, Digest), Manifest> _manifests = new(MostHeld);

    private readonly Held<(ImageName, Digest), ImageConfiguration> _configurations = new(MostHeld);

    /// <summary>Describes the images of updates, as far as that can be had.</summary>
    public Task<IReadOnlyDictionary<ImageStep, ImageStepContent>> DescribeAsync(IEnumerable<Update> updates, CancellationToken cancellationToken) =>
        DescribeAsync(updates, VulnerabilitySettings.Usual, cancellationToken);

    /// <inheritdoc cref="DescribeAsync(IEnumerable{Update}, CancellationToken)"/>
    /// <param name="updates">The updates.</param>
    /// <param name="counted">What counts of vulnerabilities.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyDictionary<ImageStep, ImageStepContent>> DescribeAsync(IEnumerable<Update> updates, VulnerabilitySettings counted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(updates);
        ArgumentNullException.ThrowIfNull(counted);

        // A first pin changes nothing of what is pulled.
        var steps = new List<Update>();
        var images = new HashSet<ImageReference>();
        foreach (var update in updates.Where(u => u.Kind != UpdateKind.Pin).DistinctBy(ImageStep.Of))
        {
            images.UnionWith([update.Use.Reference!, update.Target]);
            if (images.Count > MostImages)
            {
                break;
            }

            steps.Add(update);
        }

        var contents = new ConcurrentDictionary<ImageStep, ImageStepContent>();
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(
                steps,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = both.Token },
                async (update, token) =>
                {
                    // What is known when the time is up stays.
                    var content = contents[ImageStep.Of(update)] = await DescribeAsync(update, token).ConfigureAwait(false);
                    if (counted.Enabled && vulnerabilities is not null && content is { Before: { } before, After: { } after }
                        && await vulnerabilities.CompareAsync(At(ImageStep.Of(update), before, after), content.Platform, token, AtHand).ConfigureAwait(false) is { } comparison)
                    {
                        contents[ImageStep.Of(update)] = content with { Vulnerabilities = counted.Counted(comparison) };
                    }
                }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogLate((int)Patience.TotalSeconds);
        }

        return contents;
    }

    private Manifest? AtHand(ImageReference image) => image.Digest is { } digest && _manifests.TryGet((image.Name, digest), out var manifest) ? manifest : null;

    private static ImageStep At(ImageStep step, ImageDescription before, ImageDescription after) =>
        new(step.Before with { Digest = before.Digest }, step.After with { Digest = after.Digest });

    private async Task<ImageStepContent> DescribeAsync(Update update, CancellationToken cancellationToken)
    {
        var step = ImageStep.Of(update);
        var before = TopAsync(step.Before, cancellationToken);
        var after = TopAsync(step.After, cancellationToken);
        var (old, young) = (await before.ConfigureAwait(false), await after.ConfigureAwait(false));
        var platform = PlatformOf(update.Use.Platform ?? Usual, old, young);
        var (oldImage, youngImage) = (ImageAsync(step.Before.Name, old, platform, cancellationToken), ImageAsync(step.After.Name, young, platform, cancellationToken));
        var content = new ImageStepContent(platform, await oldImage.ConfigureAwait(false), await youngImage.ConfigureAwait(false));
        return content.After is null ? content : content with
        {
            Links = SourceLinks.Of(
                step.Before.Name == step.After.Name ? content.Before : null,
                content.After,
                step.After,
                SourceLinks.NeedsBase(content.After) ? await BaseAsync(step.After.Name, content.After, platform, cancellationToken).ConfigureAwait(false) : null),
        };
    }

    /// <summary>The base that an image names, from the same registry or Docker Hub alone: what an image says makes nobody ask elsewhere.</summary>
    private async Task<ImageDescription?> BaseAsync(ImageName image, ImageDescription description, Platform? platform, CancellationToken cancellationToken) =>
        ImageReference.TryParse(description.BaseName, out var named) && (named.Name.Registry == image.Registry || named.Name.Registry == ImageName.DockerHub)
            ? await ImageAsync(named.Name, await TopAsync(named with { Digest = description.BaseDigest }, cancellationToken).ConfigureAwait(false), platform, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>The usual platform if one of them is for it, else the first that both are for.</summary>
    private static Platform? PlatformOf(Platform wanted, Manifest? old, Manifest? young)
    {
        var (ours, theirs) = (PlatformsOf(old), PlatformsOf(young));
        if (ours.Count == 0 || theirs.Count == 0)
        {
            return ours.Concat(theirs).FirstOrDefault(p => p.Serves(wanted)) ?? ours.Concat(theirs).FirstOrDefault();
        }

        var shared = theirs.Where(t => ours.Any(o => o.Serves(t))).ToList();
        return shared.Find(p => p.Serves(wanted)) ?? shared.FirstOrDefault();
    }

    private static List<Platform> PlatformsOf(Manifest? manifest) => manifest is { IsIndex: true } ? [.. manifest.Entries.Select(e => e.Platform).OfType<Platform>()] : [];

    private async Task<ImageDescription?> ImageAsync(ImageName name, Manifest? top, Platform? platform, CancellationToken cancellationToken)
    {
        if (top is null)
        {
            return null;
        }

        var entry = !top.IsIndex ? null : top.Entries.FirstOrDefault(e => e.Platform is not null && platform is not null && e.Platform.Serves(platform));
        var manifest = !top.IsIndex ? top : entry is null ? null : await TopAsync(new ImageReference(name, Digest: entry.Digest), cancellationToken).ConfigureAwait(false);
        if (manifest is not { IsIndex: false, Configuration: { } digest })
        {
            return null;
        }

        try
        {
            if (!_configurations.TryGet((name, digest), out var configuration))
            {
                configuration = await registry.GetConfigurationAsync(name, digest, cancellationToken).ConfigureAwait(false);
                _configurations.Keep((name, digest), configuration);
            }

            return configuration is null ? null : new ImageDescription(top.Digest, configuration)
            {
                Layers = manifest.Layers,
                ManifestAnnotations = manifest.Annotations,
                IndexAnnotations = entry is null ? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty
                    : entry.Annotations.Concat(top.Annotations.Where(a => !entry.Annotations.ContainsKey(a.Key))).ToDictionary(StringComparer.Ordinal),
            };
        }
        catch (RegistryException e)
        {
            LogGap(e.Message);
            return null;
        }
    }

    private async Task<Manifest?> TopAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (reference.Digest is { } known && _manifests.TryGet((reference.Name, known), out var held))
        {
            return held;
        }

        try
        {
            var manifest = await registry.GetManifestAsync(reference, cancellationToken).ConfigureAwait(false);
            manifest = manifest is null ? null : manifest with { Body = default, Entries = [.. manifest.Entries.Take(MostEntries)] };
            if (manifest is not null)
            {
                _manifests.Keep((reference.Name, manifest.Digest), manifest);
            }

            return manifest;
        }
        catch (RegistryException e)
        {
            LogGap(e.Message);
            return null;
        }
    }

    /// <summary>Holds so many values and no more, the oldest of them going first.</summary>
    private sealed class Held<TKey, TValue>(int most)
        where TKey : notnull
        where TValue : class
    {
        private readonly ConcurrentDictionary<TKey, TValue> _values = new();

        private readonly ConcurrentQueue<TKey> _order = new();

        public bool TryGet(TKey key, out TValue? value) => _values.TryGetValue(key, out value);

        public void Keep(TKey key, TValue? value)
        {
            if (value is null || !_values.TryAdd(key, value))
            {
                return;
            }

            _order.Enqueue(key);
            while (_order.Count > most && _order.TryDequeue(out var oldest))
            {
                _values.TryRemove(oldest, out _);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A pull request says less of its images: {Problem}")]
    private partial void LogGap(string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "A pull request says less of its images: registries took more than {Seconds} s")]
    private partial void LogLate(int seconds);
}
