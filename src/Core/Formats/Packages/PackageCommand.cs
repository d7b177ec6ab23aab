using System.Text.RegularExpressions;
using Basewatch.Core.Packages;

namespace Basewatch.Core.Formats.Packages;

/// <summary>A pin among the words of a command.</summary>
/// <param name="Ecosystem">Whose.</param>
/// <param name="Name">The package.</param>
/// <param name="Version">The version alone.</param>
internal sealed record PackagePin(PackageEcosystem Ecosystem, string Name, WrittenText Version)
{
    public PackageConstraint Constraint { get; init; }

    public string? Architecture { get; init; }

    public string? Target { get; init; }

    public string? Skip { get; init; }
}

/// <summary>Reads the commands of package managers: words without quotes, variables replaced.</summary>
internal static partial class PackageCommand
{
    private const string OwnSource = "it comes from a source of its own, which is not asked";

    /// <summary>What may stand before a command and starts it.</summary>
    private static readonly HashSet<string> Starters = new(StringComparer.Ordinal)
    {
        "sudo", "env", "exec", "command", "time", "nice", "eatmydata", "!", "if", "then", "else", "elif", "do", "while", "until", "{", "corepack", "nohup", "ionice", "builtin",
    };

    /// <summary>The options of each manager that take the next word.</summary>
    private static readonly Dictionary<string, HashSet<string>> Valued = new(StringComparer.Ordinal)
    {
        ["apt"] = Words("-t --target-release --default-release -o --option -c --config-file -a --host-architecture"),
        ["apk"] = Words("-t --virtual -X --repository -p --root --repositories-file --keys-dir --arch --cache-dir --wait --progress-fd --cache-max-age --timeout --repository-config"),
        ["dnf"] = Words("-c --config -d -e -x --exclude --repo --repoid --enablerepo --disablerepo --installroot --releasever --setopt --advisory --forcearch --comment"),
        ["pip"] = Words("-r --requirement -c --constraint -e --editable -t --target -i --index-url --extra-index-url -f --find-links --prefix --root --src --platform --python-version --implementation --abi --no-binary --only-binary --cache-dir --proxy --timeout --retries --trusted-host --cert --client-cert --log -C --config-settings --global-option --progress-bar --upgrade-strategy --python -p --report --exists-action --with"),
        ["npm"] = Words("--prefix --registry --cache --userconfig --loglevel --omit --include -C --cwd --modules-folder --global-folder --dir --network-timeout"),
        ["gem"] = Words("-v --version -s --source -i --install-dir -n --bindir -P --trust-policy -p --http-proxy --platform -g --file"),
        ["go"] = Words("-o -tags -ldflags -gcflags -asmflags -mod -modfile -C -p -toolexec -overlay -pkgdir -buildmode -installsuffix -exec"),
        ["dotnet"] = Words("--version --tool-path --add-source --source --configfile --framework -v --verbosity --arch -a --tool-manifest"),
    };

    /// <summary>Where a command is; -1 where all that stands there are assignments.</summary>
    public static int Start(IReadOnlyList<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (!Starters.Contains(words[i]) && !Assignment.IsMatch(words[i]) && !(i > 0 && words[i].StartsWith('-')))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a word gives a variable its value.</summary>
    public static bool IsAssignment(string word) => Assignment.IsMatch(word);

    /// <summary>The pins of a command.</summary>
    /// <param name="words">From the name of the program on.</param>
    public static IEnumerable<PackagePin> Read(IReadOnlyList<WrittenText> words)
    {
        if (words.Count < 2)
        {
            return [];
        }

        var program = words[0].Value[(words[0].Value.LastIndexOf('/') + 1)..];
        switch (program)
        {
            case "apt-get" or "apt" or "aptitude":
                return Install("apt", words, 1, ["install", "satisfy"], Apt);
            case "apk":
                return Install("apk", words, 1, ["add"], Apk);
            case "dnf" or "microdnf" or "yum" or "dnf5" or "tdnf":
                return Install("dnf", words, 1, ["install"], Dnf);
            case "npm" or "pnpm":
                return words.Any(w => w.Value is "-g" or "--global" or "--location=global") ? Install("npm", words, 1, ["install", "i", "add"], Npm) : [];
            case "yarn" when words.Count > 2 && words[1].Value == "global":
                return Install("npm", words, 2, ["add"], Npm);
            case "gem":
                return Install("gem", words, 1, ["install", "i"], Gem);
            case "go":
                return Install("go", words, 1, ["install", "get"], Go);
            case "dotnet" when words[1].Value == "tool":
                return Install("dotnet", words, 2, ["install", "update"], Dotnet);
            case "uv" when words[1].Value is "pip" or "tool":
                return Install("pip", words, 2, ["install"], Pip);
            case "pipx":
                return Install("pip", words, 1, ["install"], Pip);
            case var _ when PipName.IsMatch(program):
                return Install("pip", words, 1, ["install"], Pip);
            case var _ when PythonName.IsMatch(program):
                var module = words.Select(w => w.Value).ToList().IndexOf("-m");
                return module > 0 && module + 1 < words.Count && words[module + 1].Value == "pip" ? Install("pip", words, module + 2, ["install"], Pip) : [];
            default:
                return [];
        }
    }

    private static IEnumerable<PackagePin> Install(string manager, IReadOnlyList<WrittenText> words, int from, string[] subcommands, Func<List<WrittenText>, Options, IEnumerable<PackagePin>> read)
    {
        var valued = Valued[manager];
        var options = new Options();
        var rest = new List<WrittenText>();
        for (var i = from; i < words.Count; i++)
        {
            var word = words[i];
            if (!word.Value.StartsWith('-') || word.Value.Length == 1)
            {
                rest.Add(word);
                continue;
            }

            var equals = word.Value.StartsWith("--", StringComparison.Ordinal) || manager == "go" ? word.Value.IndexOf('=', StringComparison.Ordinal) : -1;
            if (equals > 0)
            {
                options.Add(word.Value[..equals], word.Slice((equals + 1)..));
            }
            else if (valued.Contains(word.Value) && i + 1 < words.Count)
            {
                options.Add(word.Value, words[++i]);
            }
            else
            {
                options.Add(word.Value, null);
            }
        }

        return rest.Count > 1 && subcommands.Contains(rest[0].Value, StringComparer.Ordinal) ? read(rest[1..], options) : [];
    }

    private static IEnumerable<PackagePin> Apt(List<WrittenText> words, Options options)
    {
        var target = options.Find("-t", "--target-release", "--default-release")?.Value;
        foreach (var word in words)
        {
            var equals = word.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || word.Value[0] is '.' or '/')
            {
                continue;
            }

            var name = word.Value[..equals].Split(':', 2);
            var version = word.Slice((equals + 1)..);
            yield return Checked(new PackagePin(PackageEcosystem.Apt, name[0], version)
            {
                Architecture = name.Length > 1 && name[1] is not ("any" or "native") ? name[1] : null,
                Target = target,
                Constraint = version.Value.EndsWith('*') ? PackageConstraint.Prefix : PackageConstraint.Exact,
            });
        }
    }

    private static IEnumerable<PackagePin> Apk(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("-X", "--repository", "--repositories-file");
        foreach (var word in words)
        {
            var at = word.Value.AsSpan().IndexOfAny("=<>~");
            if (at <= 0)
            {
                continue;
            }

            var end = at;
            while (end < word.Value.Length && word.Value[end] is '=' or '<' or '>' or '~')
            {
                end++;
            }

            var sign = word.Value[at..end];
            var tag = word.Value.IndexOf('@', StringComparison.Ordinal);
            var version = tag > end ? word.Slice(end..tag) : word.Slice(end..);
            yield return Checked(new PackagePin(PackageEcosystem.Apk, tag > 0 && tag < at ? word.Value[..tag] : word.Value[..at], version)
            {
                Constraint = sign.Contains('~', StringComparison.Ordinal) ? PackageConstraint.Prefix : sign == "=" ? PackageConstraint.Exact : PackageConstraint.Range,
                Skip = isOwn || tag > 0 ? OwnSource : null,
            });
        }
    }

    private static IEnumerable<PackagePin> Dnf(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("--repo", "--repoid", "--enablerepo", "--repofrompath");
        foreach (var word in words)
        {
            var (text, architecture) = (word.Value, (string?)null);
            if (Architecture.Match(text) is { Success: true } arch)
            {
                (text, architecture) = (text[..arch.Index], arch.Value[1..]);
            }

            if (text.Contains('/', StringComparison.Ordinal) || NameVersion.Match(text) is not { Success: true } match)
            {
                continue;
            }

            var version = match.Groups["version"];
            yield return Checked(new PackagePin(PackageEcosystem.Rpm, match.Groups["name"].Value, word.Slice(version.Index..(version.Index + version.Length)))
            {
                Architecture = architecture,
                Constraint = version.Value.Contains('*', StringComparison.Ordinal) || !version.Value.Contains('-', StringComparison.Ordinal) ? PackageConstraint.Prefix : PackageConstraint.Exact,
                Skip = isOwn ? OwnSource : null,
            });
        }
    }

    private static IEnumerable<PackagePin> Pip(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("-i", "--index-url", "--extra-index-url", "--index", "-f", "--find-links");
        foreach (var word in words)
        {
            if (PipPin.Match(word.Value) is { Success: true } match)
            {
                var version = match.Groups["version"];
                yield return Checked(new PackagePin(PackageEcosystem.Pip, match.Groups["name"].Value, word.Slice(version.Index..(version.Index + version.Length)))
                {
                    Constraint = version.Value.EndsWith(".*", StringComparison.Ordinal) ? PackageConstraint.Prefix : PackageConstraint.Exact,
                    Skip = isOwn ? OwnSource : null,
                });
            }
        }
    }

    private static IEnumerable<PackagePin> Npm(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("--registry");
        foreach (var word in words)
        {
            if (NpmPin.Match(word.Value) is { Success: true } match)
            {
                var version = match.Groups["version"];
                yield return Checked(new PackagePin(PackageEcosystem.Npm, match.Groups["name"].Value, word.Slice(version.Index..(version.Index + version.Length)))
                {
                    Constraint = version.Value.Split('-', '+')[0].Count(c => c == '.') < 2 ? PackageConstraint.Prefix : PackageConstraint.Exact,
                    Skip = isOwn ? OwnSource : null,
                });
            }
        }
    }

    private static IEnumerable<PackagePin> Gem(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("-s", "--source", "--clear-sources");
        var shared = options.Find("-v", "--version");
        foreach (var word in words)
        {
            var colon = word.Value.IndexOf(':', StringComparison.Ordinal);
            var version = colon > 0 ? word.Slice((colon + 1)..) : words.Count == 1 ? shared : null;
            if (version is null || !Plain.IsMatch(version.Value))
            {
                continue;
            }

            yield return Checked(new PackagePin(PackageEcosystem.Gem, colon > 0 ? word.Value[..colon] : word.Value, version) { Skip = isOwn ? OwnSource : null });
        }
    }

    private static IEnumerable<PackagePin> Go(List<WrittenText> words, Options options)
    {
        foreach (var word in words)
        {
            var at = word.Value.LastIndexOf('@');
            if (at > 0 && GoVersion.IsMatch(word.Value.AsSpan(at + 1)))
            {
                yield return Checked(new PackagePin(PackageEcosystem.Go, word.Value[..at].TrimEnd('/').Replace("/...", "", StringComparison.Ordinal), word.Slice((at + 1)..)));
            }
        }
    }

    private static IEnumerable<PackagePin> Dotnet(List<WrittenText> words, Options options)
    {
        var isOwn = options.Has("--add-source", "--source", "--configfile");
        foreach (var word in words.Take(1))
        {
            var at = word.Value.IndexOf('@', StringComparison.Ordinal);
            var version = at > 0 ? word.Slice((at + 1)..) : options.Find("--version");
            if (version is null || !PlainOrAny.IsMatch(version.Value))
            {
                continue;
            }

            yield return Checked(new PackagePin(PackageEcosystem.Dotnet, at > 0 ? word.Value[..at] : word.Value, version)
            {
                Constraint = version.Value.Contains('*', StringComparison.Ordinal) ? PackageConstraint.Prefix : PackageConstraint.Exact,
                Skip = isOwn ? OwnSource : null,
            });
        }
    }

    private static PackagePin Checked(PackagePin pin) =>
        pin.Skip is not null ? pin
        : !Name.IsMatch(pin.Name) ? pin with { Skip = "its name can be no package's" }
        : pin.Version.Value.Length is 0 or > 200 ? pin with { Skip = "its version can be none" }
        : pin;

    private static HashSet<string> Words(string text) => new(text.Split(' '), StringComparer.Ordinal);

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*=", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment { get; }

    [GeneratedRegex(@"^pip[0-9.]*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex PipName { get; }

    [GeneratedRegex(@"^python[0-9.]*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex PythonName { get; }

    [GeneratedRegex(@"\.(x86_64|aarch64|noarch|i[3-6]86|ppc64le|s390x|armv7hl|riscv64)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Architecture { get; }

    /// <summary>A release has to begin with a digit too, and a version without one has to have a dot: most names that end in a number have none.</summary>
    [GeneratedRegex(@"^(?<name>[A-Za-z0-9][A-Za-z0-9_.+-]*?)-(?<version>([0-9]+:)?[0-9][A-Za-z0-9_.+~^]*-[0-9][A-Za-z0-9_.+~^]*\*?|([0-9]+:)?[0-9][A-Za-z0-9_+~^]*\.[A-Za-z0-9_.+~^]*\*?)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 200)]
    private static partial Regex NameVersion { get; }

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[A-Za-z0-9._, -]*\])?\s*={2,3}\s*(?<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*(\.\*)?)(\s*;.*)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex PipPin { get; }

    [GeneratedRegex(@"^(?<name>(@[a-z0-9._~-]+/)?[A-Za-z0-9._~-]+)@v?(?<version>[0-9]+(\.[0-9]+){0,2}([-+][0-9A-Za-z.+-]+)?)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex NpmPin { get; }

    [GeneratedRegex(@"^v[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex GoVersion { get; }

    [GeneratedRegex(@"^[0-9][0-9A-Za-z.+-]*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Plain { get; }

    [GeneratedRegex(@"^[0-9][0-9A-Za-z.+-]*\*?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex PlainOrAny { get; }

    [GeneratedRegex(@"^[@A-Za-z0-9][A-Za-z0-9@/._+~-]*$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Name { get; }

    /// <summary>The options of a command, by their words.</summary>
    private sealed class Options
    {
        private readonly Dictionary<string, WrittenText?> _values = new(StringComparer.Ordinal);

        public void Add(string name, WrittenText? value) => _values.TryAdd(name, value);

        public bool Has(params string[] names) => names.Any(_values.ContainsKey);

        public WrittenText? Find(params string[] names) => names.Select(n => _values.GetValueOrDefault(n)).FirstOrDefault(v => v is not null);
    }
}
