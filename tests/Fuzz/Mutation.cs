using System.Text;
using Basewatch.Core.Formats;

namespace Basewatch.Fuzz;

/// <summary>Makes a new file from one or two that are known.</summary>
internal sealed class Mutation(Random random)
{
    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "{", "}", "[", "]", "(", ")", ":", ": ", "- ", ", ", "&a ", "*a", "<<: *a", "!x ", "!!str ", "\n", "\r\n", "\r", "\t", "  ", "\"", "'", "'''", "|", "|-\n", ">-\n", "${", "$(", "$", "}}", "{{", ":-", "#", "//", "/*", "*/",
            "\\", "`", "<<E\n", "<<-EOT\n", "EOT\n", "\u0000", "\uFEFF", "\u2028", "😀", "---\n", "? ", "%", "@", "@sha256:", "=", " = ", "==", "<!--", "-->", "<![CDATA[", "]]>", "<a>", "</a>", "&amp;",
            "FROM ", "ARG X=", "image: ", "image:\n", "repository: ", "tag: ", "digest: ", "registry: ", "name: ", "newTag: ", "newName: ", "version: ", "apiVersion: v1\nkind: Pod\n", "kind: ", "services:\n", "jobs:\n", "steps:\n", "containers:\n", "container: ", "values: |\n", "uses: docker://",
            "resource \"docker_image\" \"x\" {\n", "variable \"x\" {\n", "default = ", "locals {\n", "param x string = ", "var x = ", "resource x 'Microsoft.App/containerApps@2024-03-01' = {\n", "Image=", "[io.buildpacks]\n", "builder = ", "# basewatch: image\n", "# renovate: datasource=docker depName=a/b\n",
            "1.10", "latest", "nginx:1.27", "ghcr.io/acme/app:1.2.3", "null", "true", "0", "-1", "999999999999999999999",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly string[] Paths =
    [
        .. FormatCatalog.Default.Formats.SelectMany(f => f.Files)
            .Select(p => p.TrimStart('/').Replace("**/", "", StringComparison.Ordinal).Replace('*', 'x').Replace('?', 'x'))
            .Select(p => p.Contains('{', StringComparison.Ordinal) ? p[..p.IndexOf('{', StringComparison.Ordinal)] + p[(p.IndexOf('{', StringComparison.Ordinal) + 1)..].Split(',', '}')[0] + p[(p.IndexOf('}', StringComparison.Ordinal) + 1)..] : p)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Changes a file in one to sixteen places.</summary>
    /// <param name="input">The file.</param>
    /// <param name="other">Another, to take pieces from.</param>
    public Input Of(Input input, Input other)
    {
        var bytes = input.Bytes.ToList();
        for (var changes = 1 << random.Next(5); changes > 0; changes--)
        {
            Change(bytes, other.Bytes);
        }

        if (bytes.Count > Input.Largest)
        {
            bytes.RemoveRange(Input.Largest, bytes.Count - Input.Largest);
        }

        return new Input(random.Next(50) == 0 ? Paths[random.Next(Paths.Length)] : input.Path, [.. bytes]);
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(1 << random.Next(9), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4 when other.Length > 0:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(1 << random.Next(10), other.Length - from)).ToArray());
                break;
            case 5:
                // Nesting and repetition, which is where bombs are.
                var piece = random.Next(2) == 0 ? Words[random.Next(Words.Length)] : bytes.GetRange(at, Math.Min(length, 32)).ToArray();
                for (var times = 1 << random.Next(10); times > 0 && bytes.Count < Input.Largest; times--)
                {
                    bytes.InsertRange(at, piece);
                }

                break;
            default:
                bytes.InsertRange(at, Words[random.Next(Words.Length)]);
                break;
        }
    }
}
