using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Tests.Dialects;

/// <summary>A repository of texts, read as the product reads one.</summary>
internal sealed record RepositoryText(FolderScan Scan, RepositoryPolicies Decided)
{
    public IReadOnlyList<ImageUse> Uses => Scan.Uses;

    public PolicySet Policies => Decided.Policies;

    public IEnumerable<string> Errors => Decided.Errors.Select(e => e.ToString());

    public IEnumerable<string> Remarks => Decided.Remarks.Select(r => r.ToString());

    public static RepositoryText Of(params IReadOnlyList<(string Path, string Text)> files)
    {
        var bytes = files.ToDictionary(f => f.Path, f => Encoding.UTF8.GetBytes(f.Text), StringComparer.Ordinal);
        List<ConfigurationPart> wholes = [.. DialectCatalog.Files.Where(bytes.ContainsKey).SelectMany(f => DialectCatalog.ReadWhole(f, bytes[f], out _))];
        var settings = RepositorySettings.Read(wholes, FormatCatalog.Default);
        string[] paths = [.. bytes.Keys.Where(p => !settings.Configuration.Ignores(p)).Order(StringComparer.Ordinal)];
        var scan = FolderScan.Read(settings.Formats, paths, p => bytes[p].Length, p => bytes[p], null, TestContext.Current.CancellationToken);
        var decided = PolicySources.None.Read(settings, [.. wholes, .. scan.Parts]);
        return new RepositoryText(scan.Under(decided.Policies), decided);
    }

    /// <summary>The only use in a line.</summary>
    public ImageUse UseAt(string path, int line) => Uses.Single(u => u.Path == path && u.Line == line);

    /// <summary>The rule in force for the only use in a line.</summary>
    public PolicyRule RuleOf(string path, int line) => Policies.For(UseAt(path, line)).Rule;

    /// <summary>What the policies in force choose for the only use in a line, the furthest of them; null: to stay.</summary>
    /// <param name="path">The file.</param>
    /// <param name="line">The line.</param>
    /// <param name="tags">The tags that the registry holds, with spaces between them.</param>
    public string? Decide(string path, int line, string tags) => VerdictOf(path, line, tags)?.Selected;

    /// <summary>The verdict behind that; null: to stay.</summary>
    public Verdict? VerdictOf(string path, int line, string tags)
    {
        var use = UseAt(path, line);
        var inForce = Policies.For(use);
        return !inForce.Rule.Enabled ? null : inForce.Policies
            .Select(p => p.Decide(new TagQuestion(use.Reference!.FollowedTag, tags.Split(' '))))
            .LastOrDefault(v => v.Selected is not null);
    }
}
