using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Samples;

/// <summary>The repositories in <c>samples/</c>, as the service has them: the pull requests that their rows tell of are opened.</summary>
public sealed class SampleLoopTests : IDisposable
{
    /// <summary>Schedules and limits let pull requests wait; none of the samples' for longer.</summary>
    private const int MostDays = 45;

    /// <summary>No divisor of a day, so that every hour of the week comes.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromHours(5);

    private readonly Loop _loop = new();

    public static TheoryData<string> Names => SamplesTests.Names;

    public void Dispose() => _loop.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Pull_requests_are_opened_as_the_rows_tell(string name)
    {
        var rows = SamplesTests.RowsOf(name);
        _loop.Host.Create(Loop.Web, [.. SamplesTests.TextsOf(name)]);
        foreach (var row in rows)
        {
            foreach (var tag in row.Candidates)
            {
                _loop.Registry.Push(ImageName.Parse(row.Image).Canonical, tag, created: _loop.Time.GetUtcNow().AddDays(-400));
            }
        }

        // Other branches than the default one are not read yet, and rows are told of one by one: of one image they may name different tags.
        var repository = SamplesTests.Read(name);
        var wanted = rows.Where(r => r.Selected != "-"
            && repository.RuleOf(r.File, r.Line).Proposal.TargetBranch is null or "main"
            && rows.All(o => o.Image != r.Image || o.Candidates.SequenceEqual(r.Candidates, StringComparer.Ordinal))).ToList();
        Assert.Equal(rows.Exists(r => r.Selected != "-"), wanted.Count > 0);
        var found = new Dictionary<(string File, int Line), int>();
        for (var passed = TimeSpan.Zero; passed.Days < MostDays && found.Count < wanted.Count; passed += Step)
        {
            Assert.Empty(await _loop.RunAsync());
            var open = _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open).ToList();
            foreach (var pull in open)
            {
                foreach (var row in wanted.Where(r => !found.ContainsKey((r.File, r.Line))))
                {
                    if (Moves(pull, row))
                    {
                        found[(row.File, row.Line)] = pull.Number;
                    }
                }
            }

            // Where a limit lets others wait.
            open.Take(1).ToList().ForEach(p => _loop.Host.Merge(Loop.Web, p.Number));
            _loop.Time.Advance(Step);
        }

        Assert.Empty(wanted.Select(r => (r.File, r.Line)).Except(found.Keys));
        foreach (var together in wanted.Where(r => r.ChangeSet != "-").GroupBy(r => r.ChangeSet))
        {
            var numbers = together.Select(r => found[(r.File, r.Line)]).Distinct().ToList();
            Assert.All(wanted.Where(r => r.ChangeSet != together.Key), r => Assert.DoesNotContain(found[(r.File, r.Line)], numbers));
        }
    }

    /// <summary>Whether a pull request writes a row's tag into its file where it was not before.</summary>
    private bool Moves(PullRequest pull, SamplesTests.Row row) =>
        Count(_loop.Host.Text(Loop.Web, pull.Branch, row.File), row.Selected) > Count(_loop.Host.Text(Loop.Web, "main", row.File), row.Selected);

    private static int Count(string text, string word) => text.Split(word).Length - 1;
}
