using System.Globalization;
using Basewatch.Bench.Policies;
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
    default:
        Console.Error.WriteLine("bench scan make FOLDER FILES | relevant FOLDER | walk FOLDER | read FOLDER LIST\nbench policies\nbench scale sqlite FOLDER | tables CONNECTION");
        return 2;
}
