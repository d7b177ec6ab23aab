using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>A tag list of one page.</summary>
/// <param name="ETag">What its answer was marked with, to ask whether it is still the same.</param>
/// <param name="Tags">Every tag.</param>
internal sealed record HeldTagList(string ETag, IReadOnlyList<string> Tags)
{
    /// <summary>Longer ones are no ETags that would be worth sending.</summary>
    private const int LongestETag = 256;

    /// <summary>Roughly, in characters.</summary>
    public long Size { get; } = Tags.Sum(t => t.Length + 16L);

    /// <summary>Whether it may be asked for by its ETag.</summary>
    public bool IsUsable => ETag.Length is > 2 and <= LongestETag && ETag[^1] == '"';
}

/// <summary>Tag lists of this process's life, in bounded memory: those that were kept longest ago go first.</summary>
internal sealed class HeldTagLists
{
    private const long LargestSize = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<ImageName, LinkedListNode<(ImageName Image, HeldTagList List)>> _lists = [];
    private readonly LinkedList<(ImageName Image, HeldTagList List)> _order = [];
    private long _size;

    /// <summary>The list of an image, if there is one.</summary>
    public HeldTagList? Find(ImageName image)
    {
        lock (_gate)
        {
            return _lists.GetValueOrDefault(image)?.Value.List;
        }
    }

    /// <summary>Keeps a list in place of the one before; null: there is none to be kept.</summary>
    public void Keep(ImageName image, HeldTagList? list)
    {
        lock (_gate)
        {
            Drop(image);
            if (list is not { IsUsable: true })
            {
                return;
            }

            _lists[image] = _order.AddLast((image, list));
            _size += list.Size;
            while (_size > LargestSize)
            {
                Drop(_order.First!.Value.Image);
            }
        }
    }

    private void Drop(ImageName image)
    {
        if (_lists.Remove(image, out var node))
        {
            _order.Remove(node);
            _size -= node.Value.List.Size;
        }
    }
}
