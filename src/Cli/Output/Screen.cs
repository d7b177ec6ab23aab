using System.Globalization;

namespace Basewatch.Cli.Output;

/// <summary>
/// The terminal. Results go to stdout, everything else to stderr; colour and borders only where a person looks at it, plain
/// text in full width where it is piped.
/// </summary>
internal static class Screen
{
    private const int PipedWidth = 10_000;

    private static readonly Lazy<IAnsiConsole> OutConsole = new(() => Create(Console.Out, Console.IsOutputRedirected));

    private static readonly Lazy<IAnsiConsole> ErrorConsole = new(() => Create(Console.Error, Console.IsErrorRedirected));

    /// <summary>Where results go.</summary>
    public static IAnsiConsole Out => OutConsole.Value;

    /// <summary>Where progress, warnings and errors go.</summary>
    public static IAnsiConsole Err => ErrorConsole.Value;

    /// <summary>Whether a person looks at the results.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected;

    /// <summary>Whether there is no room for more than the facts.</summary>
    public static bool IsNarrow => IsTerminal && Out.Profile.Width < 110;

    /// <summary>What went wrong, to stderr: each line of a message for itself.</summary>
    public static void Error(string message)
    {
        foreach (var line in message.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            Err.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]error:[/] {Plain(line)}");
        }
    }

    /// <summary>What a person should know, to stderr.</summary>
    public static void Warn(string message) => Err.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]warning:[/] {Plain(message)}");

    /// <summary>Text from outside without anything that would steer a terminal.</summary>
    public static string Plain(string text) =>
        text.Any(c => char.IsControl(c) || c is '\u202E' or '\u2066' or '\u2067') ? string.Concat(text.Select(c => c is '\n' or '\r' or '\t' ? ' ' : char.IsControl(c) || c is '\u202E' or '\u2066' or '\u2067' ? '\uFFFD' : c)) : text;

    /// <summary>Text from outside as a cell or line, markup escaped.</summary>
    public static string Safe(string text) => Markup.Escape(Plain(text));

    /// <summary>
    /// Prints a table: bordered on a terminal, aligned columns without trailing blanks in a pipe. Columns in which nothing
    /// stands are left out; short ones stay whole, and the long ones take what room there is.
    /// </summary>
    /// <param name="headings">One for each column.</param>
    /// <param name="rows">Cells with markup, text from outside already safe.</param>
    public static void WriteTable(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var filled = Enumerable.Range(0, headings.Count).Where(i => rows.Any(r => r[i].Length > 0)).ToList();
        if (!IsTerminal)
        {
            WriteColumns([.. filled.Select(i => headings[i])], [.. rows.Select(r => filled.Select(i => Markup.Remove(r[i])).ToList())]);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded, BorderStyle = Style.Parse("grey"), ShowRowSeparators = false };
        foreach (var i in filled)
        {
            var widest = rows.Max(r => Markup.Remove(r[i]).Length);
            table.AddColumn(new TableColumn($"[bold]{Markup.Escape(headings[i])}[/]") { NoWrap = widest <= Out.Profile.Width / 5 });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. filled.Select(i => row[i])]);
        }

        Out.Write(table);
    }

    private static void WriteColumns(List<string> headings, List<List<string>> rows)
    {
        var widths = Enumerable.Range(0, headings.Count).Select(i => rows.Append(headings).Max(r => r[i].Length)).ToList();
        foreach (var row in rows.Prepend(headings))
        {
            Console.Out.WriteLine(string.Concat(row.Select((cell, i) => cell.PadRight(widths[i] + 2))).TrimEnd());
        }
    }

    /// <summary>Shows how far long work is, on stderr and only to a person.</summary>
    public static async Task<T> ProgressAsync<T>(string what, Func<Action<int, int>?, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(null);
        }

        return await Err.Progress().AutoClear(true).HideCompleted(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn()).StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: 1);
            return await work((done, all) =>
            {
                task.MaxValue = Math.Max(1, all);
                task.Value = done;
            });
        });
    }

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = PipedWidth;
        }

        return console;
    }
}
