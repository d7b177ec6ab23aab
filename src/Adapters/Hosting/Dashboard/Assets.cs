using System.IO.Hashing;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>A file that pages take along.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Version">Differs with its content.</param>
internal sealed record Asset(ReadOnlyMemory<byte> Content, string Type, string Version);

/// <summary>The files that pages take along; there is nothing from anywhere else.</summary>
internal static class Assets
{
    public static Asset Style { get; } = Read(PageNames.Style, "text/css; charset=utf-8");

    public static Asset Script { get; } = Read(PageNames.Script, "text/javascript; charset=utf-8");

    private static Asset Read(string name, string type)
    {
        using var resource = typeof(Assets).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return new Asset(content.ToArray(), type, Convert.ToHexStringLower(XxHash3.Hash(content.ToArray())));
    }
}
