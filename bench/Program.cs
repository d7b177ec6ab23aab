using System.Globalization;
using Basewatch.Bench.Lifecycle;
using Basewatch.Bench.Policies;
using Basewatch.Bench.Rebuilds;
using Basewatch.Bench.Scale;
using Basewatch.Bench.Scan;

switch (args)
{
    case ["scan", "make", var folder, var files]:
        SampleTree.Make(folder, int.Parse(files, CultureInfo.InvariantCulture));
        return 0;
    case ["scan", "relevant", var folder]:
        Baseline.ListRelevant(folder);
        return 0;
    case ["scan", "walk", var folder]:
        return Baseline.Walk(folder) > 0 ? 0 : 1;
    case ["scan", "read", var folder, var list]:
        return Baseline.Read(folder, list) > 0 ? 0 : 1;
    case ["policies"]:
        Decisions.Measure();
        return 0;
    case ["scale", ("sqlite" or "tables") and var kind, var place]:
        await Cycles.MeasureAsync(kind, place);
        return 0;
    case ["rebuilds", var folder]:
        await MovedRoot.MeasureAsync(folder);
        return 0;
    case ["lifecycle", var tags, var catalog]:
        return await TagTable.WriteAsync(tags, catalog, page: null);
    case ["lifecycle", var tags, var catalog, var page]:
        return await TagTable.WriteAsync(tags, catalog, page);
    default:
        Console.Error.WriteLine("bench scan make FOLDER FILES | relevant FOLDER | walk FOLDER | read FOLDER LIST\nbench policies\nbench scale sqlite FOLDER | tables CONNECTION\nbench rebuilds FOLDER\nbench lifecycle TAGS CATALOG [PAGE]");
        return 2;
}
