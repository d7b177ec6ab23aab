using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

/// <summary>Generators of what the planner works with.</summary>
internal static class Some
{
    public static readonly Gen<ImageName> Image = Gen.OneOf("python", "node", "ghcr.io/acme/app", "localhost:5000/team/app", "acme.azurecr.io/base/dotnet").Select(ImageName.Parse);

    public static readonly Gen<string> Tag = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[0, 3], Gen.OneOf("", "-slim", "-alpine", "-rc1"), Gen.Bool)
        .Select((a, b, c, suffix, isShort) => isShort ? $"{a}.{b}{suffix}" : $"{a}.{b}.{c}{suffix}");

    public static readonly Gen<Digest> Digest = Gen.Int[0, 5].Select(n => Core.Images.Digest.Of(System.Text.Encoding.UTF8.GetBytes(n.ToString(CultureInfo.InvariantCulture))));

    public static readonly Gen<ImageUse> Use = Gen.Select(Image, Tag.Null(), Digest.Null(), Gen.OneOf("Dockerfile", "k8s/app.yaml", "compose.yaml"), Gen.Int[1, 9], Gen.Bool)
        .Select((image, tag, digest, path, line, pinnable) => At(new ImageReference(image, tag, digest), path, line, pinnable));

    public static readonly Gen<IReadOnlyList<ImageUse>> Uses = Use.List[0, 12].Select(uses => (IReadOnlyList<ImageUse>)[.. uses.DistinctBy(u => (u.Path, u.Line))]);

    /// <summary>Nothing that is in use is signed.</summary>
    public static readonly IReadOnlyDictionary<Digest, SignatureFact> Unsigned =
        Enumerable.Range(0, 6).ToDictionary(n => Core.Images.Digest.Of(System.Text.Encoding.UTF8.GetBytes(n.ToString(CultureInfo.InvariantCulture))), _ => new SignatureFact(SignatureKind.None, default));

    /// <summary>What registries say: tags and digests, or a problem, or nothing of the repository.</summary>
    public static readonly Gen<Func<ImageName, IEnumerable<string>, ImageFacts>> Registry =
        Gen.Select(Tag.List[0, 30], Gen.Int[0, 9], Gen.Int[0, 1000]).Select((tags, mood, seed) => new Func<ImageName, IEnumerable<string>, ImageFacts>((image, used) =>
        {
            if (mood == 0)
            {
                return new ImageFacts(image) { Problem = "silent" };
            }

            if (mood == 1)
            {
                return new ImageFacts(image);
            }

            var held = tags.Distinct(StringComparer.Ordinal).ToList();
            var digests = new Dictionary<string, Digest?>(StringComparer.Ordinal);
            var problems = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var tag in DigestsNeeded(held, used))
            {
                if (mood == 2 && (tag.Length + seed) % 3 == 0)
                {
                    problems[tag] = "silent";
                }
                else
                {
                    digests[tag] = held.Contains(tag, StringComparer.Ordinal) ? Core.Images.Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{image} {tag} {seed % 2}")) : null;
                }
            }

            return new ImageFacts(image) { Tags = held, Digests = digests, DigestProblems = problems, Signatures = Unsigned };
        }));

    /// <summary>Tags that are followed under the default policy.</summary>
    public static IEnumerable<FollowedTag> Followed(IEnumerable<string> tags) => tags.Select(t => new FollowedTag(t, PolicySet.Default.For(At(ImageReference.Parse("python")))));

    /// <summary>Judges uses by the default policy.</summary>
    public static IReadOnlyList<Assessment> Assess(IEnumerable<ImageUse> uses, IReadOnlyDictionary<ImageName, ImageFacts> facts) => UpdatePlanner.Assess(uses, PolicySet.Default, facts, new TagChoices(default));

    /// <summary>Tags whose digests are needed under the default policy.</summary>
    public static ICollection<string> DigestsNeeded(IReadOnlyList<string> held, IEnumerable<string> used) =>
        UpdatePlanner.Needed(new ImageFacts(ImageName.Parse("python")) { Tags = held }, Followed(used), new TagChoices(default)).Digests;

    public static ImageUse At(ImageReference reference, string path = "Dockerfile", int line = 1, bool pinnable = true) => new()
    {
        Path = path,
        Format = "dockerfile",
        Line = line,
        Column = 6,
        Written = WrittenText.At(reference.Familiar, 0),
        Reference = reference,
        Pinnable = pinnable,
    };

    public static Update Update(string from, string to, UpdateKind kind, string path = "Dockerfile", int line = 1) =>
        new(At(ImageReference.Parse(from), path, line), ImageReference.Parse(to), kind, "docker", "because");

    /// <summary>What rules may say of pull requests.</summary>
    public static readonly Gen<ProposalSettings> Proposal = Gen.Select(
        Gen.OneOf("a", "b", "b-major", "node.js", "a/b", "..", ".lock", "bücher & co", "python-3.x.x", "digests", "x-0a1b2c3d").Null(),
        Gen.Bool,
        Gen.OneOf("main", "develop", "release/1.x").Null(),
        Gen.OneOf("one", "two", "Two").List[0, 3],
        Gen.Select(Schedule.Null(), Gen.Int[-1, 3].Select(n => n < 0 ? (int?)null : n), Gen.Bool, Gen.Int[0, 2]),
        (group, majors, target, names, more) => new ProposalSettings
        {
            Group = group,
            GroupsMajors = majors,
            TargetBranch = target,
            Labels = names,
            Schedule = more.Item1,
            Limit = more.Item2,
            Automerge = more.Item3,
            Approvals = more.Item4,
        });

    private static Gen<Schedule> Schedule => Gen.Int[0, 23].Select(hour =>
        (Schedule)new CalendarSchedule($"from {hour}:00", TimeZoneInfo.Utc, [new CalendarRule { Hours = new HashSet<int> { hour, (hour + 1) % 24 } }], TimeSpan.Zero));

    /// <summary>Rules, no two from one place.</summary>
    public static Gen<IReadOnlyList<PolicyRule>> Rules => Proposal.List[1, 3].Select(all =>
        (IReadOnlyList<PolicyRule>)[.. all.Select((p, i) => new PolicyRule(PolicyText.Docker, null) { Source = new RuleSource("rules.yml", i + 1, "basewatch"), Proposal = p })]);

    /// <summary>Facts of every image among the uses.</summary>
    public static Dictionary<ImageName, ImageFacts> Facts(IEnumerable<ImageUse> uses, Func<ImageName, IEnumerable<string>, ImageFacts> registry) =>
        uses.GroupBy(u => u.Reference!.Name).ToDictionary(g => g.Key, g => registry(g.Key, g.Select(u => u.Reference!.FollowedTag).OfType<string>()));
}
