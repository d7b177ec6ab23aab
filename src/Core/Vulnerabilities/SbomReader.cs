using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>A list of what is in an image, as far as it is about packages of distributions.</summary>
/// <param name="Name">Its name; null where it has none.</param>
/// <param name="Subjects">The digests that it says to be about; none where it does not say.</param>
/// <param name="Packages">By name; each once.</param>
public sealed record SbomDocument(string? Name, IReadOnlyList<Digest> Subjects, IReadOnlyList<InstalledPackage> Packages)
{
    /// <summary>Whether it lists what was there while the image was built, and not what is in it (<see href="https://github.com/moby/buildkit/blob/master/docs/attestations/sbom-protocol.md"/>).</summary>
    public bool IsOfBuildStage => Name?.StartsWith("sbom-", StringComparison.Ordinal) == true;

    /// <summary>Whether it can be about one of these.</summary>
    public bool IsAbout(IReadOnlyCollection<Digest> digests) => Subjects.Count == 0 || Subjects.Any(digests.Contains);
}

/// <summary>
/// Reads lists of what is in an image: SPDX 2 (<see href="https://spdx.github.io/spdx-spec/v2.3/"/>) and CycloneDX 1
/// (<see href="https://cyclonedx.org/docs/1.6/json/"/>) in JSON, by themselves or in an in-toto statement, signed (DSSE) or not. Token by token,
/// so that of long lists of files nothing is kept.
/// </summary>
public static class SbomReader
{
    /// <summary>The largest list, in bytes.</summary>
    public const int LargestDocument = 32 * 1024 * 1024;

    /// <summary>Packages of a distribution in one image; those after them are not read.</summary>
    public const int MostPackages = 20_000;

    private const int Deepest = 64;

    private const int MostSubjects = 100;

    private const int LongestText = PackageUrl.Longest;

    /// <summary>Reads a list.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static SbomDocument Read(ReadOnlySpan<byte> json)
    {
        if (json.Length > LargestDocument)
        {
            throw new FormatException($"a list of packages of more than {LargestDocument / (1024 * 1024)} MiB");
        }

        var found = new Found();
        try
        {
            Read(json, found, isEnvelope: true);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The exception for a text that is no UTF-16 is the second one.
            throw new FormatException($"a list of packages that can't be read ({Excerpt.Of(e.Message)})", e);
        }

        if (!found.IsList)
        {
            throw new FormatException("JSON that is neither SPDX 2 nor CycloneDX");
        }

        var release = found.Systems.Select(s => DistributionRelease.Of(s.Name, s.Version)).FirstOrDefault(r => r is not null);
        var packages = found.Entries
            .Select(e => PackageUrl.TryParse(e.Url, out var url) ? InstalledPackage.Of(url, release, e.Built) : null)
            .OfType<InstalledPackage>()
            .Distinct()
            .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Version, StringComparer.Ordinal).ThenBy(p => p.Release.ToString(), StringComparer.Ordinal)
            .ToList();
        return new SbomDocument(found.Name, found.Subjects, packages);
    }

    private static void Read(ReadOnlySpan<byte> json, Found found, bool isEnvelope)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("no object");
        }

        if (ReadDocument(ref reader, found, isEnvelope) is { } payload)
        {
            Read(payload, found, isEnvelope: false);
        }

        // Whatever comes after it makes it something else.
        if (reader.Read())
        {
            throw new JsonException("more than one document");
        }
    }

    /// <summary>An object that is a list, or that has one within.</summary>
    /// <returns>What an envelope holds.</returns>
    private static byte[]? ReadDocument(ref Utf8JsonReader reader, Found found, bool isEnvelope)
    {
        byte[]? payload = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("predicate"u8))
            {
                if (ReadsObject(ref reader))
                {
                    ReadDocument(ref reader, found, isEnvelope: false);
                }
            }
            else if (reader.ValueTextEquals("dsseEnvelope"u8) && isEnvelope)
            {
                // Of a Sigstore bundle.
                payload = ReadsObject(ref reader) ? ReadDocument(ref reader, found, isEnvelope: true) : payload;
            }
            else if (reader.ValueTextEquals("payload"u8) && isEnvelope)
            {
                reader.Read();
                payload = reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw new JsonException("an envelope without a payload");
            }
            else if (reader.ValueTextEquals("subject"u8))
            {
                EachObject(ref reader, found, ReadSubject);
            }
            else if (reader.ValueTextEquals("packages"u8))
            {
                EachObject(ref reader, found, ReadPackage);
            }
            else if (reader.ValueTextEquals("components"u8))
            {
                EachObject(ref reader, found, ReadComponent);
            }
            else if (reader.ValueTextEquals("spdxVersion"u8))
            {
                found.IsList |= Text(ref reader)?.StartsWith("SPDX-2.", StringComparison.Ordinal) == true;
            }
            else if (reader.ValueTextEquals("bomFormat"u8))
            {
                found.IsList |= Text(ref reader) == "CycloneDX";
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                found.Name = Text(ref reader) ?? found.Name;
            }
            else
            {
                reader.Skip();
            }
        }

        return payload;
    }

    /// <summary>Whether the value of the property that was read is an object; any other is passed over.</summary>
    private static bool ReadsObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    private delegate void ObjectReader(ref Utf8JsonReader reader, Found found);

    private static void EachObject(ref Utf8JsonReader reader, Found found, ObjectReader read)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                read(ref reader, found);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    /// <summary>What a statement is about: <c>{"name": …, "digest": {"sha256": …}}</c>.</summary>
    private static void ReadSubject(ref Utf8JsonReader reader, Found found)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("digest"u8))
            {
                reader.Skip();
                continue;
            }

            if (!ReadsObject(ref reader))
            {
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var algorithm = reader.GetString();
                if (Digest.TryParse($"{algorithm}:{Text(ref reader)}", out var digest) && found.Subjects.Count < MostSubjects)
                {
                    found.Subjects.Add(digest);
                }
            }
        }
    }

    /// <summary>A package of SPDX.</summary>
    private static void ReadPackage(ref Utf8JsonReader reader, Found found)
    {
        string? name = null, version = null, source = null, purpose = null;
        var urls = new Found();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("versionInfo"u8))
            {
                version = Text(ref reader);
            }
            else if (reader.ValueTextEquals("sourceInfo"u8))
            {
                source = Text(ref reader);
            }
            else if (reader.ValueTextEquals("primaryPackagePurpose"u8))
            {
                purpose = Text(ref reader);
            }
            else if (reader.ValueTextEquals("externalRefs"u8))
            {
                EachObject(ref reader, urls, ReadReference);
            }
            else
            {
                reader.Skip();
            }
        }

        found.Add(urls.Entries.FirstOrDefault()?.Url, BuiltFrom(source));
        if (purpose is "OPERATING-SYSTEM" or "OPERATING_SYSTEM")
        {
            found.Systems.Add((name, version));
        }
    }

    private static void ReadReference(ref Utf8JsonReader reader, Found found)
    {
        string? type = null, locator = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("referenceType"u8))
            {
                type = Text(ref reader);
            }
            else if (reader.ValueTextEquals("referenceLocator"u8))
            {
                locator = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (type == "purl")
        {
            found.Add(locator, null);
        }
    }

    /// <summary>A component of CycloneDX, with those within it.</summary>
    private static void ReadComponent(ref Utf8JsonReader reader, Found found)
    {
        string? type = null, name = null, version = null, url = null;
        var properties = new Found();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = Text(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("version"u8))
            {
                version = Text(ref reader);
            }
            else if (reader.ValueTextEquals("purl"u8))
            {
                url = Text(ref reader);
            }
            else if (reader.ValueTextEquals("properties"u8))
            {
                EachObject(ref reader, properties, ReadProperty);
            }
            else if (reader.ValueTextEquals("components"u8))
            {
                EachObject(ref reader, found, ReadComponent);
            }
            else
            {
                reader.Skip();
            }
        }

        string? Of(string key) => properties.Systems.Find(p => p.Name == key).Version;
        var source = Of("aquasecurity:trivy:SrcName") ?? Of("syft:metadata:source");
        var (built, release, epoch) = (Of("aquasecurity:trivy:SrcVersion") ?? Of("syft:metadata:sourceVersion"), Of("aquasecurity:trivy:SrcRelease"), Of("aquasecurity:trivy:SrcEpoch"));
        if (built is { Length: > 0 } && Of("aquasecurity:trivy:SrcName") is not null)
        {
            built = $"{(epoch is null or "0" or "" ? "" : epoch + ":")}{built}{(string.IsNullOrEmpty(release) ? "" : "-" + release)}";
        }

        found.Add(url, string.IsNullOrEmpty(source) ? null : (source, string.IsNullOrEmpty(built) ? null : built));
        if (type == "operating-system")
        {
            found.Systems.Add((name, version));
        }
    }

    private static void ReadProperty(ref Utf8JsonReader reader, Found found)
    {
        string? name = null, value = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                value = Text(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (name is not null && found.Systems.Count < MostSubjects)
        {
            found.Systems.Add((name, value));
        }
    }

    /// <summary>As Trivy says it: <c>built package from: glibc 2.36-9</c>.</summary>
    private static (string Name, string? Version)? BuiltFrom(string? text)
    {
        const string Prefix = "built package from: ";
        return text?.StartsWith(Prefix, StringComparison.Ordinal) == true && text[Prefix.Length..].Split(' ') is [{ Length: > 0 } name, { Length: > 0 } version] ? (name, version) : null;
    }

    /// <summary>The value of the property that was read, where it is a text of a bounded length; any other is passed over.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return (reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length) <= LongestText ? reader.GetString() : null;
        }

        reader.Skip();
        return null;
    }

    /// <summary>What was found so far.</summary>
    private sealed class Found
    {
        public bool IsList { get; set; }

        public string? Name { get; set; }

        public List<Digest> Subjects { get; } = [];

        public List<Entry> Entries { get; } = [];

        /// <summary>Operating systems, or properties: names with values.</summary>
        public List<(string? Name, string? Version)> Systems { get; } = [];

        /// <summary>Keeps what may be a package of a distribution.</summary>
        public void Add(string? url, (string Name, string? Version)? built)
        {
            if (url is not null && Entries.Count < MostPackages && (IsOf(url, "deb") || IsOf(url, "apk") || IsOf(url, "rpm")))
            {
                Entries.Add(new Entry(url, built));
            }
        }

        private static bool IsOf(string url, string type) => url.StartsWith($"pkg:{type}/", StringComparison.OrdinalIgnoreCase);
    }

    private sealed record Entry(string Url, (string Name, string? Version)? Built);
}
