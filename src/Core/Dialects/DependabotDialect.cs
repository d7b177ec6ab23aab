using Basewatch.Core.Dialects.Dependabot;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects;

/// <summary>
/// GitHub's Dependabot for images: <c>allow</c>, <c>ignore</c> and <c>cooldown</c> of an entry of <c>.github/dependabot.yml</c>, see
/// <see href="https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference"/>.
/// </summary>
public sealed class DependabotDialect : IDialect
{
    /// <inheritdoc/>
    public string Name => "dependabot";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".github/dependabot.yml", ".github/dependabot.yaml"];

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var configuration = DependabotEntry.Open(text);
        const string Hint = "write the keys of one entry, such as 'ignore: [{dependency-name: \"*\", versions: [\">= 4\"]}]'";
        if (configuration.Root(Hint, mayBeEmpty: true) is not { } entry)
        {
            return configuration.Reading(null);
        }

        var rules = DependabotEntry.Read(configuration, entry);
        var reading = configuration.Reading(new DependabotPolicy(rules));
        return reading.Policy is null ? reading : reading with { Remarks = [.. reading.Remarks, .. Unnamed(text, rules)] };
    }

    /// <inheritdoc/>
    public DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (Files.Select(f => parts.FirstOrDefault(p => p.Path == f)).OfType<ConfigurationPart>().ToList() is not [var first, .. var rest])
        {
            return DialectReading.None;
        }

        var reading = DependabotFile.Read(first);
        return rest.Count == 0 ? reading
            : reading with { Remarks = [.. reading.Remarks, .. rest.Select(p => new FileProblem(p.Path, null, $"the file is passed over, since there is {first.Path}"))] };
    }

    /// <summary>A policy by itself is for whatever image it is asked about.</summary>
    private static IEnumerable<FileProblem> Unnamed(SourceFile text, DependabotRules rules)
    {
        if (rules.Allow.Any(r => IsName(r.DependencyName)) || rules.Ignore.Any(r => IsName(r.DependencyName)))
        {
            yield return new FileProblem(text.Path, null, "'dependency-name' is passed over: every rule is taken to be for the image that is asked about");
        }

        if (rules.Cooldown is { } cooldown && cooldown.Include.Any(IsName))
        {
            yield return new FileProblem(text.Path, null, "'include' is passed over: the image that is asked about is taken to be in it");
        }

        if (rules.Cooldown is { } written && written.Exclude.Any(IsName))
        {
            yield return new FileProblem(text.Path, null, "'exclude' is passed over but for '*': the image that is asked about is taken not to be in it");
        }

        static bool IsName(string? pattern) => pattern is not (null or "*");
    }
}
