namespace Basewatch.Adapters.Git;

/// <summary>Files with a content of their own: no folder, no link, no pipe and no device.</summary>
internal static class RegularFile
{
    /// <summary>Finds a file; null where nothing is, or a folder.</summary>
    /// <exception cref="IOException">It is a link.</exception>
    public static FileInfo? Find(string path)
    {
        var file = new FileInfo(path);

        // What is not there has all bits set; a link that leads nowhere is a link all the same.
        var attributes = file.Attributes;
        return attributes == (FileAttributes)(-1) || attributes.HasFlag(FileAttributes.Directory) ? null
            : attributes.HasFlag(FileAttributes.ReparsePoint) ? throw new IOException("the file is a link: links are not followed")
            : file;
    }

    /// <summary>Reads a file up to a number of bytes; nothing where it is gone, and of pipes and devices, which are not opened.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(FileInfo file, int most)
    {
        // Pipes and devices have no length.
        if (file.Length == 0)
        {
            return [];
        }

        try
        {
            using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(file.Length, most));
            var at = 0;
            for (int read; at < bytes.Length && (read = RandomAccess.Read(handle, bytes.AsSpan(at), at)) > 0;)
            {
                at += read;
            }

            return at == bytes.Length ? bytes : bytes[..at];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}
