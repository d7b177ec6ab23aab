using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

public sealed class ChangeSetTests
{
    private static readonly Gen<IReadOnlyList<Update>> Updates = Gen.Select(Some.Uses, Some.Registry)
        .Select((uses, registry) => (IReadOnlyList<Update>)[.. Some.Assess(uses, Some.Facts(uses, registry)).SelectMany(a => a.Updates)]);

    [Fact]
    public void Every_update_is_in_exactly_one_change_set() =>
        Updates.Sample(updates =>
        {
            var grouped = ChangeSet.Group(updates, path => path).SelectMany(c => c.Updates).ToList();
            Assert.Equal(updates.Count, grouped.Count);
            Assert.Empty(updates.Except(grouped));
        });

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

    private static string KeyOf(string from, string to, UpdateKind kind) => ChangeSet.Group([Some.Update(from, to, kind)], path => path).Single().Key;
}
