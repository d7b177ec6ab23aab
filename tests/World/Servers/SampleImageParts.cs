namespace Basewatch.World.Servers;

/// <summary>The parts of a <see cref="SampleImage"/>, ready to push.</summary>
internal sealed record SampleImageParts(IReadOnlyList<byte[]> Blobs, IReadOnlyList<SampleManifest> Manifests);
