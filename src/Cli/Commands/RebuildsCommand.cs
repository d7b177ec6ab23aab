using System.CommandLine;
using System.Globalization;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Cli.Commands;

/// <summary><c>rebuilds</c>: own images, what each is built on, and what is to be built in which order, as the service knows it.</summary>
internal static class RebuildsCommand
{
    public static Command Create()
    {
        var format = CommonOptions.Format("tree", "table", "json");
        var all = new Option<bool>("--all") { Description = "Show the images too that are as they should be." };
        var (state, settings) = (PauseCommand.State(), CommonOptions.Settings());
        var command = new Command("rebuilds", "Say which own images should be built again, in which order, and what they wait for. Nothing is asked, and nothing is started.") { format, all, state, settings };
        command.SetAction((parsed, cancellationToken) => PauseCommand.WithAsync(parsed.GetValue(state), parsed.GetValue(settings), async (memory, _, _) =>
        {
            var limits = Toolbox.LoadSettings(parsed.GetValue(settings)).Rebuilds.Limits();
            var picture = await new RebuildBook(memory).ReadAsync(cancellationToken);
            var steps = picture.Plan(limits, TimeProvider.System.GetUtcNow()).Steps.ToDictionary(s => s.Image);
            switch (parsed.GetValue(format))
            {
                case "json":
                    JsonLines.Write(picture.Graph.Images.Where(i => parsed.GetValue(all) || steps.ContainsKey(i)).Select(i => Row(picture, i, steps.GetValueOrDefault(i))), RowJson.Default.RebuildRow);
                    break;
                case "table":
                    PrintTable(picture, steps, parsed.GetValue(all));
                    break;
                default:
                    PrintTree(picture, steps, parsed.GetValue(all));
                    break;
            }
        }));
        return command;
    }

    private static RebuildRow Row(RebuildPicture picture, OwnImage image, RebuildStep? step)
    {
        var (entry, facts) = (picture.Entries.GetValueOrDefault(image.Key), picture.Facts.GetValueOrDefault(image.Key));
        var origin = facts?.Origin ?? ImageOrigin.Unknown;
        return new RebuildRow(
            picture.Graph.WatchedOf(image).Familiar, image.Repository, image.Dockerfile, picture.Graph.DepthOf(image), [.. image.Bases.Select(b => b.Familiar)],
            origin.Base?.Familiar, origin.At?.ToString(), Word(origin.Source.ToString()), step is null ? null : Word(step.Action.ToString()), [.. (step?.Causes ?? []).Select(c => c.Words)],
            step?.For is { } key ? picture.Graph.Find(key)?.Name.Familiar : null, step?.NotBefore, step?.Method?.Words, entry?.Url, entry?.Failures ?? 0, entry?.Problem,
            entry is null or { End: RebuildEnd.None } ? null : Word(entry.End.ToString()), entry?.EndedAt);
    }

    private static void PrintTable(RebuildPicture picture, Dictionary<OwnImage, RebuildStep> steps, bool isAll)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var image in picture.Graph.Images.Where(i => isAll || steps.ContainsKey(i)))
        {
            var step = steps.GetValueOrDefault(image);
            rows.Add([
                Screen.Safe(picture.Graph.WatchedOf(image).Familiar), Screen.Safe(image.Repository), picture.Graph.DepthOf(image).ToString(CultureInfo.InvariantCulture),
                $"[{Colour(step)}]{Screen.Safe(picture.WordsOf(step))}[/]", Screen.Safe(string.Join("; ", (step?.Causes ?? []).Select(c => c.Words))), Screen.Safe(picture.Facts.GetValueOrDefault(image.Key)?.Origin.Words ?? "")]);
        }

        if (rows.Count > 0)
        {
            Screen.WriteTable(["Image", "Repository", "Depth", "Now", "Why", "Known"], rows);
        }

        PrintSum(picture, steps);
    }

    /// <summary>Each image below the first of those that it is built on.</summary>
    private static void PrintTree(RebuildPicture picture, Dictionary<OwnImage, RebuildStep> steps, bool isAll)
    {
        var graph = picture.Graph;
        var shown = new HashSet<OwnImage>();
        if (!isAll)
        {
            // What is above one that is shown has to be there to hang it on.
            foreach (var image in graph.Images.Reverse())
            {
                if (steps.ContainsKey(image) || graph.ChildrenOf(image).Any(shown.Contains))
                {
                    shown.Add(image);
                }
            }
        }
        else
        {
            shown.UnionWith(graph.Images);
        }

        Core.Images.ImageReference? root = null;
        foreach (var branch in graph.Tree(shown.Contains))
        {
            if (branch.Root is not null && branch.Root != root)
            {
                root = branch.Root;
                Screen.Out.MarkupLine($"[bold]{Screen.Safe(root.Familiar)}[/]");
            }

            var step = steps.GetValueOrDefault(branch.Image);
            var indent = new string(' ', Math.Min(branch.Level + (branch.Root is null ? 0 : 1), 40) * 2);
            Screen.Out.MarkupLine($"{indent}{Screen.Safe(graph.WatchedOf(branch.Image).Familiar)}  [{Colour(step)}]{Screen.Safe(picture.WordsOf(step))}[/]{(step is { Causes.Count: > 0 } ? $"  [grey]{Screen.Safe(string.Join("; ", step.Causes.Select(c => c.Words)))}[/]" : "")}");
        }

        PrintSum(picture, steps);
    }

    private static void PrintSum(RebuildPicture picture, Dictionary<OwnImage, RebuildStep> steps)
    {
        var counts = steps.Values.GroupBy(s => s.Action).OrderBy(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {Sum(g.Key)}"));
        Screen.Out.WriteLine(Screen.Plain(string.Join(", ", counts.Prepend(Count.Of(picture.Graph.Images.Count, "own image")))));
        foreach (var cycle in picture.Graph.Cycles)
        {
            Screen.Out.WriteLine(Screen.Plain($"built on each other in a circle: {string.Join(", ", cycle.Select(i => $"{i.Name.Familiar} ({i.Repository})"))}"));
        }
    }

    private static string Sum(RebuildAction action) => action switch
    {
        RebuildAction.Start => "due",
        RebuildAction.Build => "being built",
        RebuildAction.AwaitBase => "waiting for what they are built on",
        RebuildAction.Gather or RebuildAction.AwaitTurn => "about to be built",
        RebuildAction.Retry => "to be tried again",
        RebuildAction.Stopped => "given up",
        RebuildAction.Blocked => "behind one that was given up",
        RebuildAction.Unremedied => "built in vain",
        RebuildAction.NoMethod => "that nobody has said how to build",
        _ => "in a circle",
    };

    private static string Colour(RebuildStep? step) => step?.Action switch
    {
        null => "green",
        RebuildAction.Start or RebuildAction.Build => "blue",
        RebuildAction.Stopped or RebuildAction.Blocked or RebuildAction.Unremedied or RebuildAction.Circular => "red",
        _ => "yellow",
    };

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
