using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using Basewatch.Core.Tests.Dialects;
using Basewatch.Core.Tests.Jobs;

namespace Basewatch.Core.Tests.Planning;

/// <summary><c>replaceWith</c>: the step from one image to another.</summary>
public sealed class ReplacementTests
{
    private const string Rules = "rules:\n- {images: openjdk, replaceWith: eclipse-temurin}\n";

    private static readonly DateTimeOffset Now = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly MemoryRegistry _registry = new();

    [Theory]
    [InlineData("17-jdk-slim-bullseye", "17-jdk-slim-bullseye 17-jdk", "17-jdk-slim-bullseye")]
    [InlineData("17-jdk-slim-bullseye", "17-jdk 17", "17-jdk")]
    [InlineData("17-jdk-alpine3.15", "17-jdk", "17-jdk")]
    [InlineData("8u312-jre-slim", "8u312-jre", "8u312-jre")]
    [InlineData("8-alpine", "8", "8")]
    [InlineData("17-jdk-slim", "17 17-jre 18-jdk", null)]
    [InlineData("17-jdk", "17", null)]
    [InlineData("slim-bullseye", "latest", null)]
    public void The_same_tag_is_taken_or_else_the_same_without_its_distribution(string tag, string held, string? expected) =>
        Assert.Equal(expected, new Replacement(ImageName.Parse("eclipse-temurin")).Choose(tag, held.Split(' ')).Tag);

    [Theory]
    [InlineData("17-jdk-slim", "17-jdk")]
    [InlineData("17-jre", null)]
    [InlineData("18-jdk", null)]
    public void A_pattern_makes_the_tag(string tag, string? expected)
    {
        Assert.True(GoExpression.TryParse(@"^(\d+)-jdk.*", out var pattern, out _));
        Assert.True(TagTemplate.TryCreate("$1-jdk", pattern, out var template, out _));
        Assert.Equal(expected, new Replacement(ImageName.Parse("eclipse-temurin")) { Pattern = pattern, Tag = template }.Choose(tag, ["17-jdk", "17-jre"]).Tag);
    }

    [Fact]
    public async Task The_other_image_is_proposed_beside_the_updates_within_the_image_and_in_a_change_set_of_its_own()
    {
        Push("openjdk", "17.0.1-jdk", "17.0.2-jdk");
        Push("eclipse-temurin", "17.0.1-jdk");

        var (_, assessments) = await JudgeAsync(Rules, "FROM openjdk:17.0.1-jdk\n");

        var updates = Assert.Single(assessments).Updates;
        Assert.Equal(["openjdk:17.0.2-jdk", "eclipse-temurin:17.0.1-jdk"], updates.Select(u => (u.Target with { Digest = null }).Familiar));
        Assert.Equal(UpdateKind.Successor, updates[^1].Kind);
        Assert.Equal(MemoryRegistry.DigestOf("eclipse-temurin:17.0.1-jdk first"), updates[^1].Target.Digest);
        Assert.Equal(["openjdk-17.x.x-jdk", "openjdk-to-eclipse-temurin"], ChangeSet.Group(updates, _ => "").Select(c => c.Key));
    }

    [Fact]
    public async Task An_image_that_is_gone_is_replaced_too_and_nothing_is_left_to_do_then()
    {
        Push("eclipse-temurin", "17-jdk");
        const string Text = "FROM openjdk:17-jdk-slim AS build\n";

        var (repository, assessments) = await JudgeAsync(Rules, Text);

        var assessment = Assert.Single(assessments);
        Assert.True(assessment.IsGone);
        var contents = repository.Uses.Select(u => new FileContent(u.Path, Encoding.UTF8.GetBytes(Text), [])).ToList();
        var change = FileChange.Apply(FormatCatalog.Default, contents, assessment.Updates);
        Assert.Empty(change.Dropped);
        var after = Encoding.UTF8.GetString(Assert.Single(change.Contents).Value);
        Assert.Equal($"FROM eclipse-temurin:17-jdk@{MemoryRegistry.DigestOf("eclipse-temurin:17-jdk first")} AS build\n", after);
        Assert.Empty(Assert.Single((await JudgeAsync(Rules, after)).Assessments).Updates);
    }

    [Theory]
    [InlineData("17-jre", "eclipse-temurin can't take its place: eclipse-temurin has no tag 17-jdk")]
    [InlineData(null, "eclipse-temurin can't take its place: docker.io has no repository library/eclipse-temurin")]
    public async Task Without_a_tag_to_take_the_use_stays_and_the_reason_says_so(string? held, string expected)
    {
        Push("openjdk", "17-jdk");
        Push("eclipse-temurin", held is null ? [] : [held]);
        var assessment = Assert.Single((await JudgeAsync("rules:\n- {images: openjdk, replaceWith: eclipse-temurin, policy: digest}\n", $"FROM openjdk:17-jdk@{MemoryRegistry.DigestOf("openjdk:17-jdk first")}\n")).Assessments);
        Assert.Empty(assessment.Updates);
        Assert.EndsWith(expected, assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_other_image_has_to_be_there_for_the_platforms_that_are_required()
    {
        Push("openjdk", "17-jdk");
        _registry.Push("eclipse-temurin", "17-jdk", platforms: "linux/amd64");
        Assert.Contains((await JudgeAsync(Rules, "FROM openjdk:17-jdk\n")).Assessments[0].Updates, u => u.Kind == UpdateKind.Successor);
        var required = await JudgeAsync("rules:\n- {images: openjdk, replaceWith: eclipse-temurin, platforms: linux/arm64}\n", "FROM openjdk:17-jdk\n");
        Assert.DoesNotContain(required.Assessments[0].Updates, u => u.Kind == UpdateKind.Successor);
        var asked = await JudgeAsync(Rules, "FROM --platform=linux/arm64 openjdk:17-jdk\n");
        Assert.DoesNotContain(asked.Assessments[0].Updates, u => u.Kind == UpdateKind.Successor);
    }

    [Fact]
    public async Task Where_the_name_says_which_images_are_meant_it_stays()
    {
        Push("openjdk", "17-jdk");
        Push("eclipse-temurin", "17-jdk");
        var assessment = Assert.Single((await JudgeAsync(Rules, "images:\n- name: openjdk\n  newTag: 17-jdk\n", "kustomization.yaml")).Assessments);
        Assert.DoesNotContain(assessment.Updates, u => u.Kind == UpdateKind.Successor);
        assessment = Assert.Single((await JudgeAsync(Rules, "images:\n- name: app\n  newName: openjdk\n  newTag: 17-jdk\n", "kustomization.yaml")).Assessments);
        Assert.Contains(assessment.Updates, u => u.Kind == UpdateKind.Successor);
    }

    [Fact]
    public async Task Below_a_major_step_nothing_is_replaced_and_the_other_image_is_not_asked_about()
    {
        Push("openjdk", "17-jdk");
        var repository = RepositoryText.Of((".github/basewatch.yml", Rules), ("Dockerfile", "FROM openjdk:17-jdk\n"));
        var rule = repository.RuleOf("Dockerfile", 1);
        var limited = new PolicySet([], rule, UpdateKind.Minor);
        Assert.Equal([ImageName.Parse("openjdk")], UpdatePlanner.Followed(repository.Uses, limited).Keys);
        var facts = await new RegistrySurvey(_registry).AskAsync(UpdatePlanner.Followed(repository.Uses, limited), new TagChoices(Now), null, TestContext.Current.CancellationToken);
        Assert.All(UpdatePlanner.Assess(repository.Uses, limited, facts, new TagChoices(Now)), a => Assert.Null(a.Problem));
    }

    private void Push(string image, params string[] tags)
    {
        foreach (var tag in tags)
        {
            _registry.Push(image, tag);
        }
    }

    private async Task<(RepositoryText Repository, IReadOnlyList<Assessment> Assessments)> JudgeAsync(string rules, string text, string path = "Dockerfile")
    {
        var repository = RepositoryText.Of((".github/basewatch.yml", rules), (path, text));
        Assert.Empty(repository.Errors);
        var facts = await new RegistrySurvey(_registry).AskAsync(UpdatePlanner.Followed(repository.Uses, repository.Policies), new TagChoices(Now), null, TestContext.Current.CancellationToken);
        return (repository, UpdatePlanner.Assess(repository.Uses, repository.Policies, facts, new TagChoices(Now)));
    }
}
