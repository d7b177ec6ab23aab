using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>eol</c>: references on the command line and on stdin, and all that a folder uses.</summary>
public sealed class EolTests : IDisposable
{
    private static readonly string[] Fields =
    [
        "image", "product", "cycle", "eol", "distribution", "distributionCycle", "distributionEol", "status",
        "label", "distributionLabel", "ends", "endsFirst", "daysLeft", "support", "eoas", "eoes", "lts",
        "distributionSupport", "distributionEoas", "distributionEoes", "distributionLts", "evidence", "root", "file", "line",
    ];

    private const string Catalog =
        """
        {"generated_at": "2026-08-22T00:00:00Z", "result": [
          {"name": "python", "label": "Python", "aliases": [], "identifiers": [{"id": "pkg:docker/library/python"}], "releases": [
            {"name": "3.14", "isEol": false, "eolFrom": "2030-10-31", "isLts": false},
            {"name": "3.8", "isEol": true, "eolFrom": "2024-10-07", "eoasFrom": "2021-05-03", "eoesFrom": "2031-01-01", "isLts": true}]},
          {"name": "debian", "label": "Debian", "aliases": [], "identifiers": [], "releases": [
            {"name": "12", "codename": "Bookworm", "isEol": false, "eolFrom": "2026-07-11"}, {"name": "10", "codename": "Buster", "isEol": true, "eolFrom": null}]}]}
        """;

    private readonly WorkFolder _folder = new WorkFolder().Write("catalog.json", Catalog);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_reference_on_stdin_has_its_life_in_one_object()
    {
        var result = (await Run("--format", "json", "-").Given("# ours\npython:3.14-slim-bookworm\n\n  python:3.8\r\nNot an image!\nghcr.io/acme/x:1\npython:3-buster").RunAsync()).Exits(3);

        Assert.All(result.Rows, r => Assert.Equal(Fields, r.Select(f => f.Key)));
        Assert.Equal(
            [
                "python:3.14-slim-bookworm python 3.14 2030-10-31 debian 12 2026-07-11 ended; Debian ends first, distribution, in -165 days, active none",
                "python:3.8 python 3.8 2024-10-07    ended;  ends first, product, in -807 days, extended unknown",
                "ghcr.io/acme/x:1       unknown;  ends first, , in  days, unknown unknown",
                "python:3-buster python   debian 10  ended; Debian ends first, distribution, in  days, unknown none",
            ],
            result.Rows.Select(r => $"{string.Join(' ', Fields.Take(7).Select(f => (string?)r[f]))} {r["status"]}; {r["distributionLabel"]} ends first, {r["endsFirst"]}, in {r["daysLeft"]} days, {r["support"]} {r["distributionSupport"]}"));
        Assert.Equal(("2021-05-03", "2031-01-01", true), ((string?)result.Rows[1]["eoas"], (string?)result.Rows[1]["eoes"], (bool?)result.Rows[1]["lts"]));
        Assert.Contains("line 5", result.Errors, StringComparison.Ordinal);
        Assert.Contains("Not an image!", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_judged_with_its_own_rules_and_every_place_is_named()
    {
        _folder
            .Write("Dockerfile", "FROM python:3.8\nFROM ghcr.io/acme/base:1.2\nFROM scratch\n")
            .Write(".github/basewatch.yml", "lifecycles:\n- product: python\n  cycles:\n  - {cycle: '3.8', eol: 2027-10-01, reason: bought}\n- {product: acme, images: ghcr.io/acme/base, cycles: [{cycle: '1', eol: 2026-12-24}]}\n");

        var rows = (await Run("--format", "json", ".").RunAsync()).Exits(0).Rows;

        Assert.Equal(
            ["python:3.8 2027-10-01 maintained .github/basewatch.yml:4, bought Dockerfile:1", "ghcr.io/acme/base:1.2 2026-12-24 maintained .github/basewatch.yml:5 Dockerfile:2"],
            rows.Select(r => $"{r["image"]} {r["eol"]} {((string?)r["status"] == "ending" ? "maintained" : r["status"])} {r["evidence"]} {r["file"]}:{r["line"]}"));
        var table = (await Run().RunAsync()).Exits(0).Output;
        Assert.Contains("ghcr.io/acme/base:1.2", table, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:2", table, StringComparison.Ordinal);
        Assert.Contains("2 images", table, StringComparison.Ordinal);

        _folder.Write(".github/basewatch.yml", "lifecycles:\n- {product: python, cycles: [{cycle: '3.8', eol: never}]}\n");
        Assert.Contains(".github/basewatch.yml:2: 'never' is no day", (await Run().RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "--fail-on", "eol", "python:3.8")]
    [InlineData(0, "--fail-on", "eol", "python:3.14")]
    [InlineData(0, "--fail-on", "eol", "--as-of", "2024-10-06", "python:3.8")]
    [InlineData(1, "--fail-on", "eol", "--as-of", "2024-10-07", "python:3.8")]
    [InlineData(1, "--fail-on", "ending", "--as-of", "2024-10-06", "python:3.8")]
    [InlineData(2, "--fail-on", "update", "python:3.8")]
    [InlineData(2, "--as-of", "tomorrow", "python:3.8")]
    [InlineData(2, "Not an image!")]
    [InlineData(2, "--catalog", "nowhere.json", "python")]
    public async Task What_ends_on_the_day_has_ended_and_wrong_words_are_told(int code, params string[] arguments) =>
        (await Run(arguments).RunAsync()).Exits(code);

    private CliRun Run(params string[] arguments) =>
        new CliRun(["eol", .. arguments.Contains("--catalog", StringComparer.Ordinal) ? Array.Empty<string>() : ["--catalog", "catalog.json"], .. arguments, .. arguments.Contains("--as-of", StringComparer.Ordinal) ? Array.Empty<string>() : ["--as-of", "2026-12-23"]]).In(_folder);
}
