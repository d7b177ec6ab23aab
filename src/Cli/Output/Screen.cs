using Spectre.Console;

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

    /// <summary>What went wrong, to stderr.</summary>
    public static void Error(string message) => Err.MarkupLineInterpolated($"[red]error:[/] {Plain(message)}");

    /// <summary>What a person should know, to stderr.</summary>
    public static void Warn(string message) => Err.MarkupLineInterpolated($"[yellow]warning:[/] {Plain(message)}");

    /// <summary>Text from outside without anything that would steer a terminal.</summary>
    public static string Plain(string text) =>
        text.Any(c => char.IsControl(c) || c is '\u202E' or '\u2066' or '\u2067') ? string.Concat(text.Select(c => char.IsControl(c) || c is '\u202E' or '\u2066' or '\u2067' ? '\uFFFD' : c)) : text;

    /// <summary>Text from outside as a cell or line, markup escaped.</summary>
    public static string Safe(string text) => Markup.Escape(Plain(text));

    /// <summary>A table with headings: bordered on a terminal, aligned columns in a pipe.</summary>
    public static Table Table(params string[] headings)
    {
        var table = new Table { Border = IsTerminal ? TableBorder.Rounded : TableBorder.None, BorderStyle = Style.Parse("grey"), ShowRowSeparators = false };
        foreach (var heading in headings)
        {
            var column = new TableColumn($"[bold]{Markup.Escape(heading)}[/]");
            if (!IsTerminal)
            {
                column.NoWrap = true;
                column.Padding = new Padding(0, 0, 2, 0);
            }

            table.AddColumn(column);
        }

        return table;
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
