namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Times in English words, as <c>later.parse.text</c> of <see href="https://github.com/breejs/later">@breejs/later</see> reads
/// them: <c>before 5:00am on monday</c>. What it passes over is passed over, and what it refuses is refused.
/// </summary>
internal sealed class ScheduleText
{
    /// <summary>No period has a greater value.</summary>
    private const int Greatest = 3000;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    /// <summary>The words of a kind of token, any of them.</summary>
    private static readonly string[]
        Every = ["every"], After = ["after"], Before = ["before"], OnThe = ["on the"], On = ["on"], Of = ["of"], In = ["in"], At = ["at", "@"], And = [",", "and"], Except = ["except"],
        Also = ["also"], First = ["first"], Last = ["last"], Through = ["-", "to", "through"], Weekday = ["weekday"], Weekend = ["weekend"], Between = ["between the", "between "],
        Start = ["start at", "start on", "start on the", "start ", "starting at", "starting on", "starting on the", "starting "],
        DayName =
        [
            "sun", "sunday", "mon", "monday", "tue", "tues", "tueday", "tuesday", "wed", "wednes", "wedday", "wednesday", "thu", "thur", "thurs", "thuday", "thurday", "thursday",
            "fri", "friday", "sat", "satur", "satday", "saturday",
        ],
        MonthName =
        [
            "jan", "january", "feb", "february", "mar", "march", "may", "apr", "april", "june", "july", "aug", "august", "sept", "september", "oct", "october", "nov", "november",
            "dec", "december",
        ];

    private static readonly string[][] Expressions = [Every, After, Before, OnThe, On, Of, In, At, And, Except, Also];

    /// <summary>Periods: their words, their key, the first and the last of their values; 0 is the last of a longer one, whichever that is.</summary>
    private static readonly Period[] Periods =
    [
        new("s", 0, 59, 59, ["s", "sec", "secs", "second", "seconds"]),
        new("m", 0, 59, 59, ["m", "min", "mins", "minute", "minutes"]),
        new("h", 0, 23, 23, ["h", "hour", "hours"]),
        new("dy", 1, 366, 0, ["day of the year", "days of the year"]),
        new("d", 1, 7, 7, ["day of the week", "days of the week"]),
        new("dc", 1, 5, 0, ["day instance"]),
        new("D", 1, 31, 0, ["day", "days", "day of the month", "days of the month"]),
        new("M", 1, 12, 12, ["month", "months"]),
        new("Y", 1970, 2450, 2450, ["year", "years"]),
        new("wm", 1, 5, 0, ["week of the month", "weeks of the month"]),
        new("wy", 1, 53, 0, ["week", "weeks", "week of the year", "weeks of the year"]),
    ];

    private readonly string _text;
    private readonly List<Dictionary<string, List<int>>> _schedules = [];
    private readonly List<Dictionary<string, List<int>>> _exceptions = [];
    private List<Dictionary<string, List<int>>> _list;
    private Dictionary<string, List<int>>? _current;
    private int _position;
    private bool _isWrong;

    private ScheduleText(string text)
    {
        _text = text;
        _list = _schedules;
    }

    private sealed record Period(string Key, int First, int Last, int LastOf, string[] Words);

    /// <summary>
    /// Any of the schedules, and none of the exceptions. Each has values by period: <c>d</c> days of the week from Sunday, 1, on;
    /// <c>t</c> minutes of the day; <c>_a</c> is from a value on, <c>_b</c> before it. Null where the text is none.
    /// </summary>
    public static (IReadOnlyList<Dictionary<string, List<int>>> Schedules, IReadOnlyList<Dictionary<string, List<int>>> Exceptions)? Read(string text)
    {
        var reader = new ScheduleText(text.ToLowerInvariant());
        while (reader._position < reader._text.Length && !reader._isWrong)
        {
            reader.ReadExpression();
        }

        return reader._isWrong ? null : (reader._schedules, reader._exceptions);
    }

    private void ReadExpression()
    {
        var words = Take(Expressions);
        if (words == Every)
        {
            ReadEvery();
        }
        else if (words == After || words == Before)
        {
            var suffix = words == After ? "_a" : "_b";
            if (Time() is { } time)
            {
                Add("t" + suffix, [time]);
            }
            else
            {
                var rank = Rank();
                Add(TakePeriod().Key + suffix, [rank]);
            }
        }
        else if (words == OnThe)
        {
            var (isFirst, isLast) = (Has(First), false);
            isLast = !isFirst && Has(Last);
            var ranks = isFirst || isLast ? [] : Ranges(Rank);
            var period = TakePeriod();
            Add(period.Key, isFirst ? [period.First] : isLast ? [period.LastOf] : ranks);
        }
        else if (words == On)
        {
            Add("d", Ranges(() => Name(DayName, Days)));
        }
        else if (words == Of)
        {
            Add("M", Ranges(() => Name(MonthName, Months)));
        }
        else if (words == In)
        {
            Add("Y", Ranges(Year));
        }
        else if (words == At)
        {
            do
            {
                Add("t", [Time() ?? Wrong()]);
            }
            while (!_isWrong && Has(And));
        }
        else if (words == Also)
        {
            _current = [];
            _list.Add(_current);
        }
        else if (words == Except)
        {
            (_list, _current) = (_exceptions, null);
        }
    }

    private void ReadEvery()
    {
        if (Has(Weekend))
        {
            Add("d", [1, 7]);
        }
        else if (Has(Weekday))
        {
            Add("d", [2, 3, 4, 5, 6]);
        }
        else
        {
            var step = Math.Max(1, Rank());
            var period = TakePeriod();
            var (from, to) = (period.First, period.Last);
            if (Has(Start))
            {
                from = Rank();
                Take([period.Words]);
            }
            else if (Has(Between))
            {
                var first = Rank();
                (from, to) = Has(And) ? (first, Rank()) : (from, to);
            }

            var values = new List<int>();
            for (var i = from; i <= to; i += step)
            {
                values.Add(i);
            }

            Add(period.Key, values);
        }
    }

    private void Add(string key, IReadOnlyList<int> values)
    {
        if (_current is null)
        {
            // One that comes after others of its list joins the first.
            _current = _list.Count > 0 ? _list[0] : [];
            if (_list.Count == 0)
            {
                _list.Add(_current);
            }
        }

        if (!_current.TryGetValue(key, out var known))
        {
            _current[key] = known = [];
        }

        known.AddRange(values.Except(known).ToList());
    }

    private List<int> Ranges(Func<int> value)
    {
        var values = new List<int>();
        do
        {
            var first = value();
            var last = Has(Through) ? value() : first;
            for (var i = first; i <= last && !_isWrong; i++)
            {
                values.Add(i);
            }
        }
        while (!_isWrong && Has(And));
        return values;
    }

    private Period TakePeriod()
    {
        var words = Take([.. Periods.Select(p => p.Words)]);
        return Array.Find(Periods, p => p.Words == words) ?? Periods[0];
    }

    private int Name(string[] names, string[] table)
    {
        SkipSpace();
        var start = _position;
        return Take([names]) is null ? 0 : Array.IndexOf(table, _text.Substring(start, 3)) + 1;
    }

    /// <summary><c>3</c>, <c>3rd</c>.</summary>
    private int Rank()
    {
        SkipSpace();
        var end = EndOfDigits(_position);
        var value = end == _position || end - _position > 4 ? Wrong() : int.Parse(_text.AsSpan(_position, end - _position), System.Globalization.CultureInfo.InvariantCulture);
        if (!IsEndOfWord(end))
        {
            end += 2;
            if (end > _text.Length || _text[(end - 2)..end] is not ("st" or "nd" or "rd" or "th") || !IsEndOfWord(end))
            {
                return Wrong();
            }
        }

        _position = end;
        return Math.Min(value, Greatest);
    }

    private int Year()
    {
        SkipSpace();
        return EndOfDigits(_position) - _position == 4 ? Rank() : Wrong();
    }

    /// <summary><c>5:00am</c>, <c>5:00 pm</c>, <c>17:00</c>, in minutes of the day; null where there is none.</summary>
    private int? Time()
    {
        SkipSpace();
        var colon = EndOfDigits(_position);
        if (colon - _position is not (1 or 2) || colon + 3 > _text.Length || _text[colon] != ':' || EndOfDigits(colon + 1) != colon + 3 || _text[colon + 1] > '5')
        {
            return null;
        }

        var hour = int.Parse(_text.AsSpan(_position, colon - _position), System.Globalization.CultureInfo.InvariantCulture);
        var minute = int.Parse(_text.AsSpan(colon + 1, 2), System.Globalization.CultureInfo.InvariantCulture);
        var end = colon + 3;
        var half = end < _text.Length && char.IsWhiteSpace(_text[end]) ? end + 1 : end;
        if (hour is >= 1 and <= 12 && half + 2 <= _text.Length && _text[half..(half + 2)] is "am" or "pm" && IsEndOfWord(half + 2))
        {
            hour = (hour % 12) + (_text[half] == 'p' ? 12 : 0);
            end = half + 2;
        }
        else if (hour > 23 || !IsEndOfWord(end))
        {
            return null;
        }

        _position = end;
        return (hour * 60) + minute;
    }

    private bool Has(string[] words)
    {
        var start = _position;
        var found = Find([words]) is not null;
        _position = found ? _position : start;
        return found;
    }

    private string[]? Take(string[][] kinds)
    {
        var found = Find(kinds);
        _isWrong |= found is null;
        return found;
    }

    /// <summary>The kind of the longest words that come next; nothing but space is read where there is none.</summary>
    private string[]? Find(string[][] kinds)
    {
        SkipSpace();
        string[]? found = null;
        var longest = 0;
        foreach (var kind in kinds)
        {
            foreach (var word in kind)
            {
                if (word.Length > longest && string.CompareOrdinal(_text, _position, word, 0, word.Length) == 0 && IsEndOf(word, _position + word.Length))
                {
                    (found, longest) = (kind, word.Length);
                }
            }
        }

        _position += longest;
        return found;
    }

    private bool IsEndOf(string word, int end) => word[^1] switch
    {
        ',' or '-' => true,
        ' ' or '@' => !IsEndOfWord(end),
        _ => IsEndOfWord(end),
    };

    private bool IsEndOfWord(int end) => end >= _text.Length || !(char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_');

    private int EndOfDigits(int start)
    {
        while (start < _text.Length && char.IsAsciiDigit(_text[start]))
        {
            start++;
        }

        return start;
    }

    private void SkipSpace()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }
    }

    private int Wrong()
    {
        _isWrong = true;
        return 0;
    }
}
