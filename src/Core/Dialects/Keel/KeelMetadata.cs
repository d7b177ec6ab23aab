using System.Runtime.InteropServices;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>A label or an annotation of Keel's.</summary>
/// <param name="Key">Its key as it is written.</param>
/// <param name="Name">Its name without <c>keel.sh/</c>, see <see cref="KeelSettings.Find"/>.</param>
/// <param name="Value">Its value.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeelEntry(YamlNode Key, string Name, YamlNode Value);

/// <summary>
/// The labels and annotations of a workload. Which of them counts where both say something differs from key to key
/// (internal/policy/policy.go, provider/kubernetes/kubernetes.go and updates.go, util/policies/policies.go).
/// </summary>
/// <param name="Annotations">Its annotations, Keel's alone.</param>
/// <param name="Labels">Its labels, Keel's alone.</param>
internal sealed record KeelMetadata(IReadOnlyList<KeelEntry> Annotations, IReadOnlyList<KeelEntry> Labels)
{
    /// <summary>Whether there is a policy; without one Keel does not look at the workload.</summary>
    public bool HasPolicy => HasPolicyIn(Annotations) || HasPolicyIn(Labels);

    /// <summary>The entries with keys that there aren't.</summary>
    public IEnumerable<KeelEntry> Unknown => Annotations.Concat(Labels).Where(e => !KeelSettings.IsKnown(e.Name));

    /// <summary>The entries that count.</summary>
    public IEnumerable<KeelEntry> Effective => Annotations.Where(e => Counts(e, isAnnotation: true)).Concat(Labels.Where(e => Counts(e, isAnnotation: false)));

    /// <summary>Labels that do not count, and annotations, with why.</summary>
    public IEnumerable<(KeelEntry Entry, string Reason)> PassedOver
    {
        get
        {
            foreach (var entry in Annotations.Where(e => !Counts(e, isAnnotation: true)))
            {
                yield return (entry, $"the annotation '{entry.Name}' does not count: {(IsOfPolicy(entry.Name) ? "Keel reads it where the policy is, in the labels" : "the label goes before it")}");
            }

            foreach (var entry in Labels.Where(e => !Counts(e, isAnnotation: false)))
            {
                yield return (entry, $"the label '{entry.Name}' does not count: {(IsOfPolicy(entry.Name) ? "the policy is in the annotations" : IsAnnotation(entry.Name) ? "Keel reads it as an annotation only" : "the annotation goes before it")}");
            }
        }
    }

    /// <summary>The entries among those of a mapping that are Keel's.</summary>
    public static IEnumerable<KeelEntry> Among(YamlMapping? mapping)
    {
        foreach (var (key, value) in mapping?.Entries ?? [])
        {
            if (key.Target is YamlScalar { Value: var written } && KeelSettings.IsOne(written))
            {
                yield return new KeelEntry(key, KeelSettings.Find(written), value);
            }
        }
    }

    /// <summary>The text of the entry that counts; null where there is none.</summary>
    public string? Find(string name) => Effective.Where(e => e.Name == name).Select(e => (e.Value.Target as YamlScalar)?.Value).FirstOrDefault();

    private static bool HasPolicyIn(IEnumerable<KeelEntry> entries) => entries.Any(e => e.Name is "policy" or KeelSettings.LegacyPolicy);

    /// <summary>What is read from the same map as the policy.</summary>
    private static bool IsOfPolicy(string name) => name is "policy" or KeelSettings.LegacyPolicy or "matchTag" or "match-tag" or "matchPreRelease";

    private static bool IsAnnotation(string name) => name is "pollSchedule" or "notify" or "releaseNotes" or "initContainers" or "digest";

    private bool Counts(KeelEntry entry, bool isAnnotation) =>
        IsOfPolicy(entry.Name) ? isAnnotation == HasPolicyIn(Annotations)
        : IsAnnotation(entry.Name) ? isAnnotation
        : entry.Name is "trigger" or "monitorContainers" ? isAnnotation || Annotations.All(a => a.Name != entry.Name)
        : !isAnnotation || Labels.All(l => l.Name != entry.Name);
}
