using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;


namespace Basewatch.Core.Tests.Lifecycle;

public sealed class SuccessorFinderTests
{
    private static readonly LifecycleResolver Resolver = new(SmallCatalog.Value);

    private static readonly SuccessorFinder Finder = new(Resolver);

    [Theory]
    [InlineData("python:3.8-slim", "3-slim 3.10-slim 3.14-slim 3.14.2-slim 3.14 3.16-rc-slim 4-slim", "3.14.2-slim")]
    [InlineData("python:3.8-slim", "3.14-slim 3.15-slim 3.15.0rc1-slim", "3.15-slim")]
    [InlineData("python:3.8.1-slim", "3.14-slim 3.14.2-slim 3.14.1-slim 3.10.9-slim", "3.14.2-slim")]
    [InlineData("python:3.8-slim", "3-slim 3.8-slim 3.9-slim 3.14-alpine", null)]
    [InlineData("python:3.9-slim-buster", "3.14-slim-buster 3.14-slim-bookworm 3.14-slim-trixie 3.14-slim", "3.14-slim-trixie")]
    [InlineData("python:3.8-slim-trixie", "3.14-slim-trixie 3.15-slim-forky", "3.14-slim-trixie")]
    [InlineData("python:3.14-slim-bookworm", "3.14-slim-trixie 3.15-slim-trixie 3.14-trixie", "3.14-slim-trixie")]
    [InlineData("python:3-bullseye", "3-bookworm 3-trixie 4-trixie", "3-trixie")]
    [InlineData("python:slim-bullseye", "slim-bookworm slim-trixie trixie", "slim-trixie")]
    [InlineData("python:3.14-alpine3.18", "3.14-alpine3.22", "3.14-alpine3.22")]
    [InlineData("node:16", "18 22 24 25 26 24.1", "24.1")]
    [InlineData("node:16-alpine", "26-alpine 22-alpine 24", "22-alpine")]
    [InlineData("node:16.20.1", "24.1.0 24.2.0 26.1.0 24.2", "24.2.0")]
    [InlineData("ubuntu:20.04", "22.04 24.04 25.10 26.04 26.10", "26.04")]
    [InlineData("ubuntu:20.04", "24.04 25.10", "24.04")]
    [InlineData("ubuntu:focal", "noble resolute questing", "resolute")]
    [InlineData("ubuntu:focal-20240427", "resolute-20260601 resolute-20260707 noble-20260801", "resolute-20260707")]
    [InlineData("debian:bullseye-slim", "bookworm-slim trixie-slim trixie", "trixie-slim")]
    [InlineData("debian:bullseye-20240110-slim", "trixie-20260803-slim trixie-20260901", "trixie-20260803-slim")]
    [InlineData("postgres:9.6", "18 18.1 17", "18.1")]
    [InlineData("postgres:9.6.24", "18 18.1 17.9", "18.1")]
    [InlineData("harbor.example/hub/library/python:3.8", "3.14", "3.14")]
    [InlineData("python:3.14", "3.15", null)]
    [InlineData("python", "3.15", null)]
    [InlineData("example/unknown:1.0", "2.0", null)]
    public void The_successor_is_the_newest_maintained_tag_of_the_same_flavour_and_as_precise_as_there_is(string image, string tags, string? successor)
    {
        var reference = ImageReference.Parse(image + "@sha256:" + new string('a', 64));
        var found = Finder.Find(reference, tags.Split(' '), SmallCatalog.Today);

        Assert.Equal(successor, found.Image?.Tag);
        Assert.NotEmpty(found.Reason);
        if (found.Image is { } next)
        {
            Assert.Null(next.Digest);
            Assert.Equal(reference.Name, next.Name);
            Assert.NotEqual(LifecycleStatus.Ended, Resolver.Resolve(next, SmallCatalog.Today).Status);
        }
    }
}
