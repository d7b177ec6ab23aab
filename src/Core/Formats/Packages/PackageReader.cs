using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Variables;

namespace Basewatch.Core.Formats.Packages;

/// <summary>Finds the pinned packages in the commands of one <c>RUN</c>.</summary>
internal sealed partial class PackageReader
{
    private const int DeepestShell = 3;

    private readonly Func<string, VariableValue> _outer;
    private readonly Dictionary<string, VariableValue> _own = new(StringComparer.Ordinal);
    private readonly List<PackagePin> _pins = [];

    private PackageReader(Func<string, VariableValue> outer) => _outer = outer;

    /// <summary>Whether a text may have any such command: most have none.</summary>
    public static bool MayBeIn(string text) => Managers.IsMatch(text);

    /// <summary>Whether an instruction adds a source that packages come from.</summary>
    public static bool AddsSource(string text) => Sources.IsMatch(text);

    /// <summary>The pins of an instruction.</summary>
    /// <param name="instruction">A <c>RUN</c>.</param>
    /// <param name="lookup">What is known of a variable in its stage.</param>
    public static List<PackagePin> Read(DockerfileInstruction instruction, Func<string, VariableValue> lookup)
    {
        var reader = new PackageReader(lookup);
        var text = instruction.Arguments;
        while (Flag.Match(text.Value) is { Success: true } flag)
        {
            text = text.Slice(flag.Length..);
        }

        if (text.Value.StartsWith('['))
        {
            reader.ReadList(text);
        }
        else if (instruction.Documents.Count == 0)
        {
            reader.ReadScript(text, 0);
        }
        else if (ShellScript.Commands(text) is [] or [[{ Value: "sh" or "bash" or "ash" or "dash" or "/bin/sh" or "/bin/bash" }, ..]])
        {
            // The document is the script, unless something else reads it.
            foreach (var document in instruction.Documents)
            {
                reader.ReadScript(document, 0);
            }
        }
        else
        {
            reader.ReadScript(text, 0);
        }

        return reader._pins;
    }

    private void ReadList(WrittenText text)
    {
        var words = new List<WrittenText>();
        foreach (var match in Quoted.EnumerateMatches(text.Value))
        {
            words.Add(text.Slice((match.Index + 1)..(match.Index + match.Length - 1)));
        }

        if (words.Any(w => w.Value.Contains('\\', StringComparison.Ordinal)))
        {
            return;
        }

        ReadCommand(words, 0);
    }

    private void ReadScript(WrittenText script, int depth)
    {
        foreach (var command in ShellScript.Commands(script))
        {
            var words = new List<WrittenText>();
            var problems = new Dictionary<WrittenText, string>(ReferenceEqualityComparer.Instance);
            foreach (var raw in command)
            {
                Expand(raw, words, problems);
            }

            ReadCommand(words, depth, problems);
        }
    }

    private void Expand(WrittenText raw, List<WrittenText> words, Dictionary<WrittenText, string> problems)
    {
        var expansion = VariableExpansion.Of(raw, VariableSyntax.Dockerfile('\\'), name => _own.TryGetValue(name, out var own) ? own : _outer(name));
        if ((expansion.Problem ?? expansion.Locked) is { } problem)
        {
            // What is not known is a star: enough to tell which package it would be.
            var known = expansion.Problem is null ? expansion.Value : WrittenText.Unplaced(expansion.Pattern);
            words.Add(known);
            problems[known] = problem;
            return;
        }

        // A value without quotes around it is several words where it has spaces.
        if (expansion.Names.Count > 0 && raw.Value[0] is not ('"' or '\'') && expansion.Value.Value.Any(char.IsWhiteSpace) && !PackageCommand.IsAssignment(raw.Value))
        {
            foreach (var range in DockerfileLexer.Words(expansion.Value.Value, '\\'))
            {
                words.Add(expansion.Value.Slice(range));
            }
        }
        else
        {
            words.Add(expansion.Value);
        }
    }

    private void ReadCommand(List<WrittenText> words, int depth, Dictionary<WrittenText, string>? problems = null)
    {
        var start = PackageCommand.Start([.. words.Select(w => w.Value)]);
        if (start < 0 || (start < words.Count && words[start].Value is "export" or "readonly" or "local"))
        {
            Assign(words, problems);
            return;
        }

        var command = words[start..];
        if (command is [{ Value: "sh" or "bash" or "ash" or "dash" or "/bin/sh" or "/bin/bash" or "/bin/ash" }, ..] && depth < DeepestShell
            && command.FindIndex(w => w.Value is ['-', .., 'c']) is var option and > 0 && option + 1 < command.Count)
        {
            ReadScript(command[option + 1], depth + 1);
            return;
        }

        foreach (var pin in PackageCommand.Read(command))
        {
            var problem = problems is null || problems.Count == 0 ? null : problems.FirstOrDefault(p => p.Key.Value.Contains(pin.Name, StringComparison.Ordinal) && p.Key.Value.EndsWith(pin.Version.Value, StringComparison.Ordinal)).Value;
            problem ??= pin.Version.Spans.Any() ? null : "it is put together from what is not known here";
            _pins.Add(problem is null ? pin : pin with { Skip = problem });
        }
    }

    private void Assign(List<WrittenText> words, Dictionary<WrittenText, string>? problems)
    {
        foreach (var word in words.Where(w => PackageCommand.IsAssignment(w.Value)))
        {
            var equals = word.Value.IndexOf('=', StringComparison.Ordinal);
            var name = word.Value[..equals];
            _own[name] = problems?.GetValueOrDefault(word) is { } problem
                ? new VariableValue(null, problem, new HashSet<string>(StringComparer.Ordinal) { name })
                : new VariableValue(word.Slice((equals + 1)..), null, new HashSet<string>(StringComparer.Ordinal) { name });
        }
    }

    [GeneratedRegex(@"sources\.list|/etc/apt/|add-apt-repository|apt-key|extrepo|nodesource|/etc/yum\.repos\.d|config-manager|yum-config|dnf copr|/etc/apk/repositories|(rpm|dnf|yum) [^&;|]*https?://[^ ]*\.rpm|apt-get install [^&;|]*\./|(curl|wget) [^&;]*\| *(sudo +)?(-E +)?(ba)?sh", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Sources { get; }

    [GeneratedRegex(@"\b(apt|apt-get|aptitude|apk|t?dnf5?|microdnf|yum|pip[0-9.]*|pipx|npm|pnpm|yarn|gem|go|dotnet)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Managers { get; }

    [GeneratedRegex(@"^\s*--(mount|network|security|device)=\S+\s+", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Flag { get; }

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Quoted { get; }
}
