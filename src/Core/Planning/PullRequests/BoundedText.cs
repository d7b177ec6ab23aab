using System.Text;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>Markdown of a bounded length. What does not fit is left out whole: a block, or the last items of a list or table.</summary>
/// <param name="room">The most characters.</param>
internal sealed class BoundedText(int room)
{
    private const string Cut = "There is more than fits here.";

    private readonly StringBuilder _text = new();

    private bool _isCut;

    private int Room => room - _text.Length - Cut.Length - 4;

    /// <summary>Adds a block, with an empty line before it.</summary>
    public void Add(string block) => Add(block, [], "");

    /// <summary>Adds items, one a line.</summary>
    /// <param name="head">What stands above them, to the line end where they begin on the next line.</param>
    /// <param name="items">The items.</param>
    /// <param name="tail">What ends the block.</param>
    public void Add(string head, IEnumerable<string> items, string tail = "")
    {
        var lead = _text.Length == 0 ? 0 : 2;
        if (_isCut || head.Length + tail.Length + lead > Room)
        {
            _isCut = true;
            return;
        }

        _text.Append('\n', lead).Append(head);
        var isFirst = head.Length == 0;
        foreach (var item in items)
        {
            if (item.Length + 1 + tail.Length > Room)
            {
                _isCut = true;
                break;
            }

            _text.Append(isFirst ? "" : "\n").Append(item);
            isFirst = false;
        }

        _text.Append(tail);
    }

    /// <inheritdoc/>
    public override string ToString() => _isCut ? $"{_text}\n\n{Cut}" : _text.ToString();
}
