using System.Diagnostics;
using System.Globalization;
using Basewatch.Fuzz;
using SharpFuzz;

// fuzz [MINUTES] [CORPUS]: see README.md. The first process makes a copy of itself whose parsers count their branches, and
// starts that; a stack overflow or an endless loop ends the copy, and the first process keeps the file that did it.
const string Worker = "--worker";
if (args is [Worker, var minutes, var fixtures, var corpus, var state])
{
    return new Fuzzing(fixtures, corpus, state).Run(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)));
}

if (args.Length > 2 || (args.Length > 0 && !double.TryParse(args[0], CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("usage: fuzz [MINUTES] [CORPUS]");
    return 2;
}

var until = Stopwatch.StartNew();
var budget = TimeSpan.FromMinutes(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 5);
var folder = Path.GetFullPath(args.Length > 1 ? args[1] : "tests/Fuzz/Corpus");
Directory.CreateDirectory(folder);
var copy = Directory.CreateTempSubdirectory("basewatch-fuzz-").FullName;
foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
{
    File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
}

foreach (var parser in new[] { "Basewatch.Core.dll", "YamlDotNet.dll" })
{
    _ = Fuzzer.Instrument(Path.Combine(copy, parser), _ => true, Options.Value).Count();
}

var found = 0;
while (until.Elapsed < budget)
{
    var current = Path.Combine(copy, "current");
    var left = (budget - until.Elapsed).TotalMinutes.ToString(CultureInfo.InvariantCulture);
    using var worker = Process.Start("dotnet", [Path.Combine(copy, "Basewatch.Fuzz.dll"), Worker, left, Path.Combine(AppContext.BaseDirectory, "Fixtures"), folder, current]);
    worker.WaitForExit();
    if (worker.ExitCode == 0)
    {
        break;
    }

    found++;
    var input = Input.Decode(File.ReadAllBytes(current));
    File.WriteAllBytes(Path.Combine(folder, "crash-" + input.Name), input.Encode());
    Console.Error.WriteLine($"{input.Path}: kept as crash-{input.Name} (exit {worker.ExitCode})");
}

Directory.Delete(copy, recursive: true);
Console.WriteLine(found == 0 ? "nothing found" : $"{found} found: see {folder}");
return found == 0 ? 0 : 1;
