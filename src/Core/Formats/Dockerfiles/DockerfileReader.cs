using System.Globalization;
using System.IO.Enumeration;
using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Dockerfiles;

/// <summary>
/// Finds the images of one Dockerfile, a file of its own or text inside another file. It follows BuildKit: only
/// <c>ARG</c>s before the first <c>FROM</c> count in <c>FROM</c>, and <c>--from</c> takes no variables
/// (<see href="https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact"/>).
/// </summary>
internal sealed class DockerfileReader
{
    /// <summary>More images than any file names.</summary>
    private const int MostUses = 10_000;

    /// <summary>More packages than any file pins.</summary>
    private const int MostPackages = 2_000;

    private const int MostArguments = 1_000;

    /// <summary>Stages whose bases are told.</summary>
    private const int MostStages = 200;

    /// <summary>Set by the builder for each build (<see href="https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope"/>).</summary>
    private static readonly HashSet<string> SetByBuilder = new(StringComparer.Ordinal)
    {
        "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "BUILDOSVERSION",
        "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETOSVERSION", "TARGETSTAGE",
    };

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL",
        "USER", "VOLUME", "WORKDIR",
    };

    private readonly SourceFile _file;
    private readonly string _format;
    private readonly DockerfileSource _source;
    private readonly Dictionary<string, VariableValue> _arguments = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stages = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Found> _found = [];

    /// <summary>For each named stage, the images that it is built on: of several stages that a variable chooses between, those of all.</summary>
    private readonly Dictionary<string, HashSet<int>> _bases = new(StringComparer.OrdinalIgnoreCase);

    private HashSet<int> _last = [];

    private readonly List<FoundPackage> _packages = [];

    /// <summary>What <c>ENV</c> sets in each named stage: a stage that is built on it has that too.</summary>
    private readonly Dictionary<string, Dictionary<string, VariableValue>> _environments = new(StringComparer.OrdinalIgnoreCase);

    private Dictionary<string, VariableValue> _environment = new(StringComparer.Ordinal);

    private Dictionary<string, VariableValue> _stageArguments = new(StringComparer.Ordinal);

    private Platform? _platform;

    private bool _hasOwnSources;

    /// <summary>Named stages that add sources of packages.</summary>
    private readonly HashSet<string> _withOwnSources = new(StringComparer.OrdinalIgnoreCase);

    private string? _stageName;

    /// <summary>For each argument, what reads it: an argument that only one reads may get a digest.</summary>
    private readonly Dictionary<string, HashSet<string>> _readers = new(StringComparer.Ordinal);
    private int _stageCount;

    private DockerfileReader(SourceFile file, string format, DockerfileSource source) => (_file, _format, _source) = (file, format, source);

    /// <summary>
    /// Whether a text is a Dockerfile: it begins as one can, or as a template does, and what follows are mostly instructions.
    /// </summary>
    public static bool IsDockerfile(DockerfileSource source)
    {
        switch (source.Instructions)
        {
            case [{ Keyword: "ARG" }, ..]:
                return true;
            case [{ Keyword: "FROM" } from, ..]:
                // A program in Python begins so too.
                return !from.Arguments.Value.Contains(" import ", StringComparison.Ordinal);
        }

        // Each instruction that is none, such as a template's {% if %}, takes two that are.
        var known = 0;
        foreach (var instruction in source.Instructions)
        {
            known += Keywords.Contains(instruction.Keyword) ? 1 : DockerfileTemplate.IsPart(instruction.Keyword) ? 0 : -2;
        }

        return known > 1 && source.Instructions.Any(i => i.Keyword == "FROM");
    }

    /// <summary>Reads the images.</summary>
    /// <param name="file">The file that the text stands in.</param>
    /// <param name="format">Name of the format that asks.</param>
    /// <param name="source">The text, cut into instructions.</param>
    /// <param name="contexts">Names that the build gives to other things than images: <c>additional_contexts</c>.</param>
    public static FormatReading Read(SourceFile file, string format, DockerfileSource source, IEnumerable<string>? contexts = null)
    {
        var reader = new DockerfileReader(file, format, source);
        reader._stages.UnionWith(contexts ?? []);
        reader.ReadInstructions();
        var problems = new List<FileProblem>();
        if (source.Problem is not null)
        {
            problems.Add(new FileProblem(file.Path, file.PositionOf(source.ProblemOffset).Line, source.Problem));
        }

        if (reader._found.Count > MostUses)
        {
            problems.Add(new FileProblem(file.Path, null, $"the file names more than {MostUses} images: the rest is not read"));
        }

        return new FormatReading(reader.MakeUses(), problems) { Packages = reader.MakePackages() };
    }

    private void ReadInstructions()
    {
        if (_source.Syntax is { } syntax)
        {
            Add("syntax", syntax, syntax);
        }

        foreach (var instruction in _source.Instructions)
        {
            switch (instruction.Keyword)
            {
                case "ARG":
                    ReadArguments(instruction.Arguments);
                    break;
                case "FROM":
                    ReadFrom(instruction.Arguments);
                    break;
                case "ONBUILD":
                    var words = instruction.Arguments.Value.IndexOfAny([' ', '\t']);
                    if (words > 0)
                    {
                        ReadFlags(instruction.Arguments.Value[..words].ToUpperInvariant(), instruction.Arguments.Slice((words + 1)..));
                    }

                    break;
                case "ENV":
                    ReadEnvironment(instruction.Arguments);
                    break;
                default:
                    ReadFlags(instruction.Keyword, instruction.Arguments);
                    ReadPackages(instruction);
                    break;
            }

            if (_found.Count > MostUses)
            {
                break;
            }
        }
    }

    private void ReadArguments(WrittenText text)
    {
        foreach (var range in DockerfileLexer.Words(text.Value, _source.Escape))
        {
            var word = text.Slice(range);
            var equals = word.Value.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word.Value : word.Value[..equals];
            if (_stageCount > 0)
            {
                // Without a value it brings the global one into the stage, where anything may use it.
                if (equals < 0 && _arguments.TryGetValue(name, out var global))
                {
                    AddReader(global.Names, "stage");
                    _stageArguments[name] = global;
                }
                else if (equals >= 0 && _stageArguments.Count < MostArguments)
                {
                    _stageArguments[name] = ValueOf(name, ExpandInStage(word.Slice((equals + 1)..)));
                }

                continue;
            }

            if (equals < 0 || (_arguments.Count >= MostArguments && !_arguments.ContainsKey(name)))
            {
                continue;
            }

            _arguments[name] = ValueOf(name, Expand(word.Slice((equals + 1)..)));
        }
    }

    private static VariableValue ValueOf(string name, VariableExpansion value) => value.Problem is null
        ? new VariableValue(value.Value, null, Bounded(value.Names, name), value.IsWhole, value.Locked is not null)
        : new VariableValue(null, value.Problem, Bounded(value.Names, name));

    /// <summary><c>ENV A=1 B=2</c>, or <c>ENV A 1</c> as it was written before.</summary>
    private void ReadEnvironment(WrittenText text)
    {
        if (_environment.Count >= MostArguments)
        {
            return;
        }

        var words = DockerfileLexer.Words(text.Value, _source.Escape).ToList();
        if (words is [var first, var second, ..] && !text.Value.AsSpan()[first].Contains('='))
        {
            var name = text.Value[first];
            _environment[name] = ValueOf(name, ExpandInStage(text.Slice(second.Start..)));
            return;
        }

        // All of one instruction see what was set before it.
        var set = new Dictionary<string, VariableValue>(StringComparer.Ordinal);
        foreach (var word in words.Select(text.Slice))
        {
            var equals = word.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                set[word.Value[..equals]] = ValueOf(word.Value[..equals], ExpandInStage(word.Slice((equals + 1)..)));
            }
        }

        foreach (var (name, value) in set)
        {
            _environment[name] = value;
        }
    }

    private void ReadPackages(DockerfileInstruction instruction)
    {
        if (!_hasOwnSources && instruction.Keyword is "RUN" or "COPY" or "ADD" && (PackageReader.AddsSource(instruction.Arguments.Value) || instruction.Documents.Any(d => PackageReader.AddsSource(d.Value))))
        {
            _hasOwnSources = true;
            if (_stageName is not null)
            {
                _withOwnSources.Add(_stageName);
            }
        }

        if (instruction.Keyword != "RUN" || _stageCount == 0 || _packages.Count >= MostPackages
            || !(PackageReader.MayBeIn(instruction.Arguments.Value) || instruction.Documents.Any(d => PackageReader.MayBeIn(d.Value))))
        {
            return;
        }

        foreach (var pin in PackageReader.Read(instruction, LookupInStage))
        {
            _packages.Add(new FoundPackage(pin, instruction.Arguments, _last, _platform, _hasOwnSources));
        }
    }

    private List<PackageUse> MakePackages()
    {
        var packages = new List<PackageUse>();
        foreach (var (pin, instruction, bases, platform, hasOwnSources) in _packages.Take(MostPackages))
        {
            var span = pin.Version.Spans.Concat(instruction.Spans).FirstOrDefault();
            var (line, column) = _file.PositionOf(span.Path is null ? span.Start : 0);
            packages.Add(new PackageUse
            {
                Path = _file.Path,
                Line = line,
                Column = column,
                Ecosystem = pin.Ecosystem,
                Name = pin.Name,
                Version = pin.Version,
                Constraint = pin.Constraint,
                Architecture = pin.Architecture,
                Target = pin.Target,
                Skip = DockerfileTemplate.IsPart(pin.Version.Value) || DockerfileTemplate.IsPart(pin.Name) ? Reasons.Template : pin.Skip,
                Platform = platform,
                HasOwnSources = hasOwnSources,
                Bases = [.. bases.Where(b => b < _found.Count).Select(b => _file.PositionOf(_found[b].Offset)).Select(p => new BasePlace(p.Line, p.Column))],
            });
        }

        return packages;
    }

    private static HashSet<string> Bounded(IReadOnlySet<string> names, string name) =>
        new(names.Take(100), StringComparer.Ordinal) { name };

    private void ReadFrom(WrittenText text)
    {
        var words = DockerfileTemplate.Words(text).ToList();
        var first = words.FindIndex(w => !w.Value.StartsWith("--", StringComparison.Ordinal));
        _stageCount++;
        if (first < 0)
        {
            return;
        }

        _stageArguments = new(StringComparer.Ordinal);
        Platform? platform = null;
        foreach (var flag in words.Take(first).Where(w => w.Value.StartsWith("--platform=", StringComparison.OrdinalIgnoreCase)))
        {
            var wanted = Expand(flag.Slice("--platform=".Length..));
            AddReader(wanted.Names, "platform");
            platform = wanted.Problem is null && Platform.TryParse(wanted.Value.Value, out var parsed) ? parsed : null;
        }

        _platform = platform;
        _stageName = words.Count > first + 2 && words[first + 1].Value.Equals("AS", StringComparison.OrdinalIgnoreCase) ? words[first + 2].Value : null;
        var image = words[first];
        var expansion = Expand(image);
        _hasOwnSources = _withOwnSources.Contains(expansion.Value.Value);
        if (_hasOwnSources && _stageName is not null)
        {
            _withOwnSources.Add(_stageName);
        }

        _environment = new(_environments.GetValueOrDefault(expansion.Value.Value) ?? [], StringComparer.Ordinal);
        var isStage = expansion.Problem is null ? _stages.Contains(expansion.Value.Value) : MayBeStage(expansion.Pattern);
        _last = !isStage ? []
            : expansion.Problem is null ? _bases.GetValueOrDefault(expansion.Value.Value, [])
            : [.. _bases.Where(s => FileSystemName.MatchesSimpleExpression(expansion.Pattern, s.Key, ignoreCase: true)).SelectMany(s => s.Value)];
        if (words.Count > first + 2 && words[first + 1].Value.Equals("AS", StringComparison.OrdinalIgnoreCase))
        {
            _stages.Add(words[first + 2].Value);
        }

        if (!isStage && !(expansion.Problem is null && expansion.Value.Value == "scratch"))
        {
            var problem = DockerfileTemplate.IsPart(expansion.Value.Value) ? Reasons.Template : expansion.Problem;
            _last = [_found.Count];
            _found.Add(new Found(image, expansion, expansion.Value, problem, platform, "FROM"));
            AddReader(expansion.Names, expansion.Value.Places);
        }

        if (words.Count > first + 2 && words[first + 1].Value.Equals("AS", StringComparison.OrdinalIgnoreCase) && _bases.Count < MostStages)
        {
            _bases[words[first + 2].Value] = _last;
            _environments[words[first + 2].Value] = _environment;
        }
    }

    /// <summary><c>FROM build-${TARGETARCH}</c> chooses between stages when one has a name of that form.</summary>
    private bool MayBeStage(string pattern) =>
        pattern.AsSpan().IndexOfAnyExcept('*') >= 0
        && _stages.Take(100).Any(s => FileSystemName.MatchesSimpleExpression(pattern, s, ignoreCase: true));

    private void ReadFlags(string keyword, WrittenText text)
    {
        if (keyword is not ("RUN" or "COPY" or "ADD") || !text.Value.StartsWith("--", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var range in DockerfileLexer.Words(text.Value, _source.Escape))
        {
            if (!text.Value.AsSpan()[range].StartsWith("--", StringComparison.Ordinal) || _found.Count > MostUses)
            {
                break;
            }

            var flag = DockerfileLexer.Unquote(text.Slice(range), _source.Escape);
            if (keyword == "RUN" && flag.Value.StartsWith("--mount=", StringComparison.OrdinalIgnoreCase))
            {
                ReadMount(flag.Slice("--mount=".Length..));
            }
            else if (keyword != "RUN" && flag.Value.StartsWith("--from=", StringComparison.OrdinalIgnoreCase))
            {
                Add(keyword, flag.Slice("--from=".Length..), flag);
            }
        }
    }

    private void ReadMount(WrittenText mount)
    {
        WrittenText? from = null;
        var type = "bind";
        foreach (var range in mount.Value.AsSpan().Split(','))
        {
            var field = mount.Slice(range);
            if (field.Value is ['"', .., '"'] && field.Value.Length > 1)
            {
                field = field.Slice(1..^1);
            }

            var equals = field.Value.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? field.Value : field.Value[..equals];
            if (key.Equals("from", StringComparison.OrdinalIgnoreCase) && equals >= 0)
            {
                from = field.Slice((equals + 1)..);
            }
            else if (key.Equals("type", StringComparison.OrdinalIgnoreCase) && equals >= 0)
            {
                type = field.Value[(equals + 1)..].ToLowerInvariant();
            }
        }

        if (from is not null && type is "bind" or "cache")
        {
            Add("RUN", from!, mount);
        }
    }

    /// <summary>An image that takes no variables.</summary>
    private void Add(string keyword, WrittenText image, WrittenText place)
    {
        if (image.Value.Length > 0 && image.Value != "scratch")
        {
            var problem = DockerfileTemplate.IsPart(image.Value) ? Reasons.Template
                : image.Value.Contains('$', StringComparison.Ordinal) ? "variables are not replaced here: name a stage made with FROM" : null;
            _found.Add(new Found(image.Spans.Any() ? image : place, null, image, problem, null, keyword));
        }
    }

    private List<ImageUse> MakeUses()
    {
        var uses = new List<ImageUse>();
        var stages = _bases.Select(b => (Name: b.Key.ToLowerInvariant(), Bases: b.Value)).Append((Name: "", Bases: _last))
            .SelectMany(s => s.Bases.Select(i => (Use: i, s.Name))).ToLookup(s => s.Use, s => s.Name);
        for (var i = 0; i < _found.Count && i < MostUses; i++)
        {
            var found = _found[i];
            // --from may name a stage that comes later in the file, or its number.
            if (!found.IsFrom && found.Problem is null && !ReferenceEquals(found.Value, _source.Syntax)
                && (_stages.Contains(found.Value.Value) || int.TryParse(found.Value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                continue;
            }

            var pinnable = true;
            if (found.Expansion?.PartOfDigest(out pinnable) is { } part && pinnable)
            {
                pinnable = part.Names.All(n => !_readers.TryGetValue(n, out var readers) || readers.Count <= 1);
            }

            var missing = found.Value.Value.Length == 0 ? "its variables leave no name"
                : found.Value.Value.EndsWith(':') && !found.Word.Value.EndsWith(':') ? "its variables leave no tag" : null;
            var use = found.Problem is null
                ? ImageUse.Of(_file, _format, found.Value, found.Offset, found.Platform, pinnable, missing, found.Expansion?.Locked)
                : ImageUse.Of(_file, _format, found.Word, found.Offset, found.Platform, pinnable: false, found.Problem);
            uses.Add(use with
            {
                Keyword = found.Expansion?.Names.Count > 0 ? "ARG" : found.Keyword,
                Stages = stages[i].ToList() is { Count: > 0 } built ? built : null,
            });
        }

        return uses;
    }

    private VariableExpansion Expand(WrittenText text) => VariableExpansion.Of(text, VariableSyntax.Dockerfile(_source.Escape), Lookup);

    private VariableExpansion ExpandInStage(WrittenText text) => VariableExpansion.Of(text, VariableSyntax.Dockerfile(_source.Escape), LookupInStage);

    private VariableValue LookupInStage(string name) =>
        _environment.TryGetValue(name, out var value) || _stageArguments.TryGetValue(name, out value) ? value
        : SetByBuilder.Contains(name) ? new VariableValue(null, $"the builder sets the variable {name}", VariableValue.Unset.Names)
        : VariableValue.Unset;

    private VariableValue Lookup(string name) =>
        _arguments.TryGetValue(name, out var value) ? value
        : SetByBuilder.Contains(name) ? new VariableValue(null, $"the builder sets the variable {name}", VariableValue.Unset.Names)
        : VariableValue.Unset;

    private void AddReader(IReadOnlySet<string> names, string reader)
    {
        foreach (var name in names)
        {
            if (!_readers.TryGetValue(name, out var readers))
            {
                _readers[name] = readers = new HashSet<string>(StringComparer.Ordinal);
            }

            // More than two change nothing.
            if (readers.Count < 2)
            {
                readers.Add(reader);
            }
        }
    }

    private sealed record FoundPackage(PackagePin Pin, WrittenText Instruction, HashSet<int> Bases, Platform? Platform, bool HasOwnSources);

    private sealed record Found(WrittenText Word, VariableExpansion? Expansion, WrittenText Value, string? Problem, Platform? Platform, string Keyword)
    {
        public int Offset => Word.Spans.FirstOrDefault().Start;

        public bool IsFrom => Keyword == "FROM";
    }
}
