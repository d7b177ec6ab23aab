using System.CommandLine;
using System.Globalization;
using System.Text;
using Basewatch.Cli.Output;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;

namespace Basewatch.Cli.Commands;

/// <summary><c>eol [IMAGE…|PATH]</c>: how long images live, or all that a folder uses.</summary>
internal static class EolCommand
{
    private const string Stdin = "-";

    /// <summary>A longer line is no reference.</summary>
    private const int LongestLine = 4096;

    public static Command Create()
    {
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "Image references, such as python:3.8-slim; '-' reads them from stdin, one a line, without blank lines and lines that begin with #. What is there on the disk is a folder or a file instead, of which every use is meant; without any it is the current folder.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var asOf = new Option<DateOnly?>("--as-of")
        {
            Description = "The day to judge by, such as 2026-12-31. Without it, today in UTC.",
            CustomParser = result =>
            {
                if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    return day;
                }

                result.AddError($"--as-of '{Excerpt.Of(result.Tokens[0].Value)}' is no day: write it as 2026-12-31");
                return null;
            },
        };
        var format = CommonOptions.Format("table", "json");
        var failOn = FailOn.Option(["eol", "ending"], "'eol' is an image past its end of life, 'ending' also one that has 180 days or fewer.");
        var catalog = CommonOptions.Catalog();
        var settings = CommonOptions.Settings();
        var verbose = CommonOptions.Verbose();
        var command = new Command("eol", "Say when what images ship reaches its end of life: products and distributions.") { images, asOf, format, failOn, catalog, settings, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var tools = Toolbox.Open(parsed, settings, verbose, catalog);
            var today = parsed.GetValue(asOf) ?? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var reading = new Reading(tools, today);
            await reading.ReadAsync(parsed.GetValue(images) is { Length: > 0 } some ? some : ["."], cancellationToken);
            if (parsed.GetValue(format) == "json")
            {
                JsonLines.Write(reading.Lives.Select(l => EolRow.Of(l, today)), RowJson.Default.EolRow);
            }
            else if (reading.IsKnown)
            {
                EolScreen.Print(reading.Lives, reading.Catalog, today);
            }

            var worst = parsed.GetValue(failOn)! switch
            {
                var words when words.Contains("ending", StringComparer.Ordinal) => LifecycleStatus.Ending,
                var words when words.Contains("eol", StringComparer.Ordinal) => LifecycleStatus.Ended,
                _ => (LifecycleStatus?)null,
            };
            return reading.IsPartial ? ExitCode.Partial : worst is { } limit && reading.Lives.Any(l => l.Lifecycle.Status >= limit) ? ExitCode.Findings : ExitCode.Success;
        });
        return command;
    }

    /// <summary>What is read of references, and how long it lives.</summary>
    private sealed class Reading(Toolbox tools, DateOnly today)
    {
        private LifecycleResolver? _resolver;

        public List<ImageLife> Lives { get; } = [];

        public LifecycleCatalog Catalog { get; private set; } = new([], default);

        /// <summary>Whether there is a catalogue at all.</summary>
        public bool IsKnown { get; private set; }

        public bool IsPartial { get; private set; }

        public async Task ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
        {
            // What is wrong with the arguments is told before anything is asked for.
            foreach (var argument in arguments)
            {
                if (argument != Stdin && !Path.Exists(argument) && !ImageReference.TryParse(argument, out _, out var error))
                {
                    throw new UsageException($"'{Excerpt.Of(argument)}' is neither there on the disk nor an image: {error}");
                }
            }

            await LoadAsync(cancellationToken);
            foreach (var argument in arguments)
            {
                if (argument == Stdin)
                {
                    await ReadStdinAsync(cancellationToken);
                }
                else if (Path.Exists(argument))
                {
                    await ReadFolderAsync(argument, cancellationToken);
                }
                else
                {
                    Add(argument, ImageReference.Parse(argument));
                }
            }
        }

        private async Task LoadAsync(CancellationToken cancellationToken)
        {
            try
            {
                Catalog = await tools.Lifecycles.GetAsync(cancellationToken);
                IsKnown = true;
            }
            catch (LifecycleCatalogException e)
            {
                Screen.Error($"ends of life are not known: {e.Message}");
                IsPartial = true;
            }

            _resolver = new LifecycleResolver(Catalog);
        }

        private void Add(string written, ImageReference reference) => Lives.Add(new ImageLife(written, _resolver!.Resolve(reference, today)));

        private async Task ReadStdinAsync(CancellationToken cancellationToken)
        {
            using var stdin = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
            var number = 0;
            while (await stdin.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                var text = line.Trim();
                if (text.Length == 0 || text[0] == '#')
                {
                    continue;
                }

                var error = $"it is longer than {LongestLine} characters";
                if (text.Length <= LongestLine && ImageReference.TryParse(text, out var reference, out error))
                {
                    Add(text, reference);
                }
                else
                {
                    Screen.Warn(string.Create(CultureInfo.InvariantCulture, $"line {number}: '{Excerpt.Of(text)}' is no image reference: {error}"));
                    IsPartial = true;
                }
            }
        }

        private async Task ReadFolderAsync(string path, CancellationToken cancellationToken)
        {
            var folder = await tools.ReadAsync(path, UpdateKind.Major, cancellationToken);
            IsPartial |= ScanCommand.WarnOfProblems(folder.Scan);
            var own = folder.Settings.Configuration.Lifecycles;
            var resolver = own.IsEmpty ? _resolver! : new LifecycleResolver(own.Over(Catalog));
            var lineage = folder.Scan.Lineage(resolver, today);
            foreach (var use in folder.Scan.Uses)
            {
                if (use.Reference is { } reference)
                {
                    Lives.Add(new ImageLife(reference.Familiar, lineage.Resolve(reference with { Digest = null })) { File = use.Path, Line = use.Line });
                }
            }
        }
    }
}
