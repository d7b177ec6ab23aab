using Basewatch.Core.Dialects;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

public sealed class ChangeSetTests
{
    private static readonly Gen<IReadOnlyList<Update>> Plain = Gen.Select(Some.Uses, Some.Registry)
        .Select((uses, registry) => (IReadOnlyList<Update>)[.. Some.Assess(uses, Some.Facts(uses, registry)).SelectMany(a => a.Updates)]);

    // Updates of one use have one rule.
    private static readonly Gen<IReadOnlyList<Update>> Updates = Gen.Select(Plain, Some.Rules)
        .Select((updates, rules) => (IReadOnlyList<Update>)[.. updates.Select(u => u with { Rule = rules[u.Use.Line % rules.Count] })]);

    [Fact]
    public void Every_update_is_in_exactly_one_change_set() =>
        Updates.Sample(updates =>
        {
            var grouped = ChangeSet.Group(updates, path => path).SelectMany(c => c.Updates).ToList();
            Assert.Equal(updates.Count, grouped.Count);
            Assert.Empty(updates.Except(grouped));
        });

    [Fact]
    public void Only_what_belongs_together_travels_together() =>
        Updates.Sample(updates =>
        {
            var sets = ChangeSet.Group(updates, path => path, "main");
            Assert.Equal(sets.Count, sets.Select(c => c.Key).Distinct(StringComparer.Ordinal).Count());
            foreach (var set in sets)
            {
                Assert.Single(set.Updates.Select(u => u.Rule!.Proposal.TargetBranch is "main" ? null : u.Rule!.Proposal.TargetBranch).Distinct());
                Assert.Equal(set.Updates.Count, set.Updates.Select(u => u.Use).Distinct().Count());
                Assert.Single(set.Updates.Select(u => u.Rule!.Proposal.Group).Distinct());
            }

            // No branch is a folder of another.
            Assert.All(sets, one => Assert.DoesNotContain(sets, other => other.Key.StartsWith(one.Key + "/", StringComparison.Ordinal)));
        });

    [Fact]
    public void All_of_a_group_travels_together_but_for_major_steps() =>
        Updates.Sample(updates =>
        {
            foreach (var group in ChangeSet.Group(updates, path => path, "main").Where(c => c.GroupName is not null).GroupBy(c => (c.GroupName, c.TargetBranch)))
            {
                Assert.InRange(group.Count(), 1, 2);
                if (group.Count() == 2)
                {
                    Assert.All(group.Single(c => c.Key.EndsWith("-major", StringComparison.Ordinal)).Updates, u => Assert.Equal(UpdateKind.Major, u.Kind));
                }
            }
        });

    [Fact]
    public void A_change_set_has_the_labels_of_all_its_rules_and_is_as_careful_as_the_strictest() =>
        Updates.Sample(updates =>
        {
            var time = new DateTimeOffset(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);
            foreach (var set in ChangeSet.Group(updates, path => path))
            {
                var all = set.Updates.Select(u => u.Rule!.Proposal).ToList();
                Assert.All(all.SelectMany(p => p.Labels), l => Assert.Contains(l, set.Proposal.Labels, StringComparer.OrdinalIgnoreCase));
                Assert.Equal(all.All(p => p.Automerge), set.Proposal.Automerge);
                Assert.Equal(all.Max(p => p.Approvals), set.Proposal.Approvals);
                Assert.Equal(all.All(p => p.Schedule?.IsOpen(time) != false), set.Proposal.Schedule?.IsOpen(time) != false);
                if (set.Proposal.Schedule?.NextOpening(time) is { } next)
                {
                    Assert.True(set.Proposal.Schedule.IsOpen(next));
                }

                Assert.Equal(all.Any(p => p.Limit is not null), set.Limits.Count > 0);
            }
        });

    [Fact]
    public void A_group_has_a_key_of_its_own_that_stays()
    {
        Assert.Equal("_group/tools", KeyIn("tools", UpdateKind.Minor));
        Assert.Equal("_group/tools", KeyIn("tools", UpdateKind.Digest));
        Assert.Equal("_group/tools-major", KeyIn("tools", UpdateKind.Major));
        Assert.Equal("_group/tools", KeyIn("tools", UpdateKind.Major, majors: true));
        Assert.Equal("_to/develop/_group/tools", KeyIn("tools", UpdateKind.Minor, target: "develop"));
        Assert.Equal("_group/tools", KeyIn("tools", UpdateKind.Minor, target: "main"));
        Assert.Equal("_to/develop/python-3.x.x", KeyIn(null, UpdateKind.Minor, target: "develop"));

        // Whatever names there are, no two have one key.
        var names = new[] { "a b", "a_b", "a/b", "a", "a-major", "A", ".", "..", "a.lock", new string('x', 60), new string('x', 61), new string('x', 62), KeyIn("a b", UpdateKind.Minor)["_group/".Length..] };
        var keys = names.SelectMany(n => new[] { KeyIn(n, UpdateKind.Minor), KeyIn(n, UpdateKind.Major) }).ToList();
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_order_of_updates_does_not_matter() =>
        Updates.Sample(updates =>
        {
            var one = ChangeSet.Group(updates, path => path);
            var other = ChangeSet.Group(updates.Reverse(), path => path);
            Assert.Equal(one.Select(c => (c.Key, c.Fingerprint, string.Join(',', c.Proposals.Order(StringComparer.Ordinal)))), other.Select(c => (c.Key, c.Fingerprint, string.Join(',', c.Proposals.Order(StringComparer.Ordinal)))));
        });

    [Fact]
    public void A_branch_has_a_name_that_Git_takes() =>
        Updates.Sample(updates =>
        {
            foreach (var branch in ChangeSet.Group(updates, path => path).Select(c => c.Branch))
            {
                // git check-ref-format
                Assert.DoesNotContain("..", branch, StringComparison.Ordinal);
                Assert.DoesNotContain("//", branch, StringComparison.Ordinal);
                Assert.DoesNotContain(branch, c => " ~^:?*[\\\u007f@".Contains(c, StringComparison.Ordinal));
                Assert.All(branch.Split('/'), part => Assert.False(part.StartsWith('.') || part.EndsWith('.') || part.EndsWith(".lock", StringComparison.Ordinal) || part.Length == 0));
            }
        });

    [Fact]
    public void A_key_stays_when_the_target_moves()
    {
        Assert.Equal(KeyOf("python:3.12.4-slim", "python:3.12.5-slim", UpdateKind.Patch), KeyOf("python:3.12.4-slim", "python:3.14.2-slim", UpdateKind.Minor));
        Assert.Equal(KeyOf("node:22-alpine", "node:24-alpine", UpdateKind.Major), KeyOf("node:22-alpine", "node:26-alpine", UpdateKind.Major));
        Assert.Equal("python-3.x.x-slim", KeyOf("python:3.12.4-slim", "python:3.14.2-slim", UpdateKind.Minor));
        Assert.Equal(KeyOf("debian:bookworm-20240110", "debian:bookworm-20240211", UpdateKind.Patch), KeyOf("debian:bookworm-20240110", "debian:bookworm-20240311", UpdateKind.Patch));
        Assert.Equal("localhost_5000/team/app-x.x", KeyOf("localhost:5000/team/app:1.2", "localhost:5000/team/app:2.0", UpdateKind.Major));
    }

    [Fact]
    public void Different_targets_of_one_image_travel_apart()
    {
        var keys = new[]
        {
            KeyOf("node:22", "node:24", UpdateKind.Major),
            KeyOf("node:22-alpine", "node:24-alpine", UpdateKind.Major),
            KeyOf("node:22.1", "node:24.1", UpdateKind.Major),
            KeyOf("node:22.1", "node:22.9", UpdateKind.Minor),
            KeyOf("node:20.1", "node:20.9", UpdateKind.Minor),
        };
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_two_steps_of_a_dated_tag_travel_apart() =>
        Assert.NotEqual(
            KeyOf("acme/tool:20240110-alpine3.18", "acme/tool:20240601-alpine3.18", UpdateKind.Minor),
            KeyOf("acme/tool:20240110-alpine3.18", "acme/tool:20240701-alpine3.19", UpdateKind.Major));

    [Fact]
    public void A_republished_target_is_the_same_proposal_and_another_change()
    {
        var digest = new string('a', 64);
        var one = Set($"python:3.12.5@sha256:{digest}");
        var other = Set($"python:3.12.5@sha256:{digest.Replace('a', 'b')}");
        Assert.Equal(one.Proposals, other.Proposals);
        Assert.NotEqual(one.Fingerprint, other.Fingerprint);

        static ChangeSet Set(string target) => ChangeSet.Group([Some.Update("python:3.12.4", target, UpdateKind.Patch)], path => path).Single();
    }

    [Fact]
    public void A_file_that_changes_under_a_change_set_changes_it()
    {
        var update = Some.Update("python:3.12.4", "python:3.12.5", UpdateKind.Patch);
        Assert.NotEqual(
            ChangeSet.Group([update], _ => "old").Single().Fingerprint,
            ChangeSet.Group([update], _ => "new").Single().Fingerprint);
    }

    private static string KeyIn(string? group, UpdateKind kind, string? target = null, bool majors = false)
    {
        var rule = new PolicyRule(PolicyText.Docker, null) { Proposal = new ProposalSettings { Group = group, GroupsMajors = majors, TargetBranch = target } };
        return ChangeSet.Group([Some.Update("python:3.12.4", "python:3.13.0", kind) with { Rule = rule }], path => path, "main").Single().Key;
    }

    private static string KeyOf(string from, string to, UpdateKind kind) => ChangeSet.Group([Some.Update(from, to, kind)], path => path).Single().Key;
}
