using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Vulnerabilities;
using CsCheck;
using static Basewatch.Core.Tests.Planning.PullRequests.Described;

namespace Basewatch.Core.Tests.Planning.PullRequests;

/// <summary>Whatever a repository or a registry says, a body stays what it is meant to be.</summary>
public sealed class HostileBodyTests
{
    /// <summary>Takes no half character.</summary>
    private static readonly System.Text.UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly string[] Pieces =
    [
        "a", " ", "|", "\\", "\\|", "`", "``", "@octocat", "#1", "GH-2", "<img src=x>", "</details>", "<details>", "<!--", "-->", "<!-- basewatch key=x change=y proposals=z -->",
        "[x](https://evil.example)", "![x](https://evil.example/x.png)", "https://evil.example", "www.evil.example", "a@evil.example", "\n", "\r\n\r\n", "# x", "- [ ] x", "> x", "~~~", "***", "___", "$x$",
        "\u202E", "\u0000", "\uD83D\uDE00", "<https://evil.example>", "&lt;b&gt;", "&#60;b&#62;", "[x]: https://evil.example", "1. x", "\t", new string('y', 300), "/", "-", ".", ":",
    ];

    private static readonly Gen<string> Text = Gen.Int[0, Pieces.Length - 1].Array[0, 8].Select(i => string.Concat(i.Select(n => Pieces[n])));

    private static readonly Gen<ImageDescription> Image = Gen.Select(Gen.Dictionary(Text, Text)[0, 20], Gen.Dictionary(Text, Text)[0, 20], Text, Text.List[0, 3], Text)
        .Select((environment, labels, user, words, baseName) => new ImageDescription(DigestOf(user), new ImageConfiguration(Linux, DateTimeOffset.UnixEpoch.AddYears(50))
        {
            Environment = environment,
            Labels = labels.Append(new("org.opencontainers.image.base.name", baseName)).DistinctBy(l => l.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
            User = user,
            Entrypoint = words,
            Command = words,
            Ports = words,
            Volumes = words,
            WorkingDirectory = user,
        })
        { IndexAnnotations = Texts(("org.opencontainers.image.source", baseName)) });

    private static readonly Gen<(ChangeSet Set, PullRequestFacts Facts)> Sets = Gen.Select(
        Gen.Select(Text, Text, Text, Gen.OneOf(UpdateKind.Pin, UpdateKind.Digest, UpdateKind.Patch, UpdateKind.Major), Gen.Int[1, 9]).List[1, 60],
        Image.List[2, 6],
        Text.List[0, 40],
        Gen.Bool)
        .Select((all, images, texts, isAttended) =>
        {
            var updates = all.Select((u, i) => Some.Update($"python:3.{u.Item5}", $"python:3.{u.Item5 + 1}@{DigestOf($"{u.Item5}")}", u.Item4, "f" + u.Item1, i + 1) with
            {
                Reason = u.Item2,
                Policy = u.Item3,
                Rule = new PolicyRule(PolicyText.Docker, null)
                {
                    Source = new RuleSource(u.Item3, 1, "basewatch"),
                    Proposal = new ProposalSettings { Group = "all", GroupsMajors = true, Automerge = true, RequiredChecks = [u.Item2] },
                },
            }).ToList();
            var facts = new PullRequestFacts
            {
                IsAttended = isAttended,
                Dropped = [.. texts.Select(t => new FileProblem(t, 1, t))],
                Now = DateTimeOffset.UnixEpoch.AddYears(51),
                Contents = updates.DistinctBy(ImageStep.Of).Select((u, i) => (u, Before: images[i % images.Count], After: images[(i + 1) % images.Count]))
                    .ToDictionary(c => ImageStep.Of(c.u), c => new ImageStepContent(Linux, c.Before, c.After) { Links = SourceLinks.Of(c.Before, c.After, c.u.Target, c.Before), Vulnerabilities = Vulnerabilities(texts) }),
            };
            return (ChangeSet.Group(updates, path => path)[0], facts);
        });

    /// <summary>What a feed and a list of packages may say, and more than they may.</summary>
    private static VulnerabilityComparison Vulnerabilities(IReadOnlyList<string> texts)
    {
        List<VulnerabilityFinding> findings = [.. texts.Select((t, i) => new VulnerabilityFinding(new InstalledPackage(PackageFormat.Deb, new DistributionRelease("debian", "12"), t, t), t) { Severity = (Severity)(i % 6), Score = i % 2 == 0 ? i % 10 : null })];
        return VulnerabilityComparison.Of(findings.Take(findings.Count / 2), findings.Skip(findings.Count / 2), PackageChange.Between(findings.Select(f => f.Package), []));
    }

    [Fact]
    public void A_body_is_bounded_and_has_nothing_that_is_not_meant() =>
        Sets.Sample(
            s =>
            {
                var body = PullRequestText.Of(s.Set, s.Set.Updates, s.Facts).Body;
                Assert.InRange(body.Length, 1, PullRequestText.LongestBody);
                Assert.EndsWith("\n" + PullRequestMarker.Of(s.Set), body, StringComparison.Ordinal);
                Assert.InRange(Strict.GetByteCount(body), 1, 4 * PullRequestText.LongestBody);
                RenderedBody.CheckAll(body);
            },
            iter: 300);

    [Fact]
    public void A_cell_is_never_ended_by_what_is_in_it() =>
        Text.Sample(text =>
        {
            Assert.DoesNotContain(Markdown.CodeCell(text), c => c is '|' or '\\' or '\n');
            Assert.DoesNotContain(Markdown.NarrowCell(text), c => c is '|' or '\\' or '\n');
        });

    [Fact]
    public void What_does_not_fit_is_left_out_in_whole_lines() =>
        Gen.Select(Gen.Int[60, 2000], Gen.String[Gen.Char['a', 'z'], 0, 90].List[0, 30]).Sample((room, items) =>
        {
            var text = new BoundedText(room);
            text.Add("<details>\n\n| a |\n|---|", items.Select(i => $"| {i} |"), "\n\n</details>");
            text.Add("end");
            var lines = text.ToString().Split('\n');

            Assert.InRange(text.ToString().Length, 0, room);
            Assert.Equal(lines.Count(l => l == "<details>"), lines.Count(l => l == "</details>"));
            Assert.All(lines.Where(l => l.StartsWith('|')), l => Assert.EndsWith("|", l, StringComparison.Ordinal));
        });
}
