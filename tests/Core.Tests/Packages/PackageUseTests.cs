using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Packages;
using CsCheck;

namespace Basewatch.Core.Tests.Packages;

/// <summary>Pinned packages in Dockerfiles.</summary>
public sealed class PackageUseTests
{
    [Theory]
    [InlineData("RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u5 ca-certificates", "apt curl 7.88.1-10+deb12u5")]
    [InlineData("RUN apt install -y curl:arm64=1:7.88.1-10", "apt curl 1:7.88.1-10")]
    [InlineData("RUN DEBIAN_FRONTEND=noninteractive sudo apt-get -o Dpkg::Use-Pty=0 install -qq 'curl=7.88.1-10' \"wget=1.21.3-1\"", "apt curl 7.88.1-10|apt wget 1.21.3-1")]
    [InlineData("RUN set -eux; if true; then apt-get install curl=7.88.*; fi", "apt curl 7.88.* Prefix")]
    [InlineData("RUN apt-get -t bookworm-backports install git=1:2.43.0-1~bpo12+1", "apt git 1:2.43.0-1~bpo12+1")]
    [InlineData("RUN apt-get install -y curl=7.1-1 > /dev/null 2>&1 || exit 1", "apt curl 7.1-1")]
    [InlineData("RUN apt-get update # install curl=1", "")]
    [InlineData("RUN echo apt-get install curl=1", "")]
    [InlineData("RUN apt-get install -y ./curl.deb=1", "")]
    [InlineData("RUN bash -ec 'apt-get install -y curl=7.1-1'", "apt curl 7.1-1")]
    [InlineData("RUN [\"apt-get\", \"install\", \"-y\", \"curl=7.1-1\"]", "apt curl 7.1-1")]
    [InlineData("RUN [\"/bin/bash\", \"-c\", \"apt-get install -y curl=7.1-1\"]", "apt curl 7.1-1")]
    [InlineData("RUN --mount=type=cache,target=/var/cache/apt apt-get install curl=7.1-1", "apt curl 7.1-1")]
    [InlineData("RUN apk add --no-cache curl=8.5.0-r0 'git~=2.43' \"nodejs>20\" wget=~1.21", "apk curl 8.5.0-r0|apk git 2.43 Prefix|apk nodejs 20 Range|apk wget 1.21 Prefix")]
    [InlineData("RUN apk add -t build gcc=13.2.1_git20231014-r0 && apk del build", "apk gcc 13.2.1_git20231014-r0")]
    [InlineData("RUN microdnf install -y curl-7.76.1-29.el9 openssl-1:3.0.7-27.el9.x86_64 java-17-openjdk python3.11 nodejs-18.20.4", "rpm curl 7.76.1-29.el9|rpm openssl 1:3.0.7-27.el9|rpm nodejs 18.20.4 Prefix")]
    [InlineData("RUN yum -y install gcc-toolset-12 python3-pip-21.3.1-1.el9.noarch", "rpm python3-pip 21.3.1-1.el9")]
    [InlineData("RUN pip3 install --no-cache-dir poetry==1.8.2 'uvicorn[standard]==0.29.0' flask>=2 -r requirements.txt", "pip poetry 1.8.2|pip uvicorn 0.29.0")]
    [InlineData("RUN python3 -m pip install pip==24.0 && uv pip install ruff==0.4.0", "pip pip 24.0|pip ruff 0.4.0")]
    [InlineData("RUN npm install -g npm@10.5.0 @angular/cli@17 yarn@latest && npm i left-pad@1.0.0", "npm npm 10.5.0|npm @angular/cli 17 Prefix")]
    [InlineData("RUN gem install bundler -v 2.5.6 && gem install rake:13.1.0 --no-document && gem install x -v '~> 1.0'", "gem bundler 2.5.6|gem rake 13.1.0")]
    [InlineData("RUN go install golang.org/x/tools/cmd/goimports@v0.19.0 && go install x.org/y@latest", "go golang.org/x/tools/cmd/goimports v0.19.0")]
    [InlineData("RUN dotnet tool install --global dotnet-ef --version 8.0.3 && dotnet tool install -g csharpier@0.27.0", "dotnet dotnet-ef 8.0.3|dotnet csharpier 0.27.0")]
    public void Pinned_packages_are_found(string instruction, string expected) =>
        Assert.Equal(expected, string.Join('|', Read($"FROM debian:12\n{instruction}\n").Packages.Select(Describe)));

    [Fact]
    public void Lines_that_go_on_comments_between_them_and_documents_are_read()
    {
        var packages = Read(
            """
            FROM debian:12
            RUN apt-get update \
             && apt-get install -y \
                # the one that matters
                curl=7.88.1-10+deb12u5 \
                wget=1.21.3-1 \
             && rm -rf /var/lib/apt/lists/*
            RUN <<EOF
            set -e
            apt-get install -y \
              git=1:2.39.2-1.1
            EOF
            RUN <<'PY' python3
            print("apt-get install x=1")
            PY
            RUN bash -e <<-E
            	pip install x==1
            	E
            """).Packages;
        Assert.Equal("apt curl 7.88.1-10+deb12u5|apt wget 1.21.3-1|apt git 1:2.39.2-1.1|pip x 1", string.Join('|', packages.Select(Describe)));
        Assert.Equal([5, 6, 11, 17], packages.Select(p => p.Line));
    }

    [Fact]
    public void Versions_are_followed_to_where_they_are_written()
    {
        const string Text =
            """
            ARG GLOBAL=1.0-1
            FROM debian:12 AS base
            ARG GLOBAL
            ARG CURL=7.88.1-10
            ENV GIT_VERSION=2.39 TOOLS="jq=1.6-2 tree=2.1.0-1"
            RUN apt-get install -y curl=${CURL} a=$GLOBAL ${TOOLS}
            FROM base
            RUN WGET=1.21.3-1; apt-get install git=1:${GIT_VERSION}-1 "wget=$WGET" nano=$MISSING vim=${CURL%-*}
            """;
        var packages = Read(Text).Packages;
        Assert.Equal("curl 7.88.1-10|a 1.0-1|jq 1.6-2|tree 2.1.0-1|git 1:2.39-1|wget 1.21.3-1", string.Join('|', packages.Where(p => p.Skip is null).Select(p => $"{p.Name} {p.Version.Value}")));
        Assert.Equal(["nano", "vim"], packages.Where(p => p.Skip is not null).Select(p => p.Name));
        var curl = packages.Single(p => p.Name == "curl");
        Assert.True(curl.TryMove("7.88.1-11", out var edit, out _));
        Assert.Equal("7.88.1-10", Text.Substring(edit.Span.Start, edit.Span.Length));
        Assert.Equal(4, curl.Line);
        Assert.True(packages.Single(p => p.Name == "git").TryMove("1:2.40-1", out edit, out _));
        Assert.Equal("2.39", Text.Substring(edit.Span.Start, edit.Span.Length));
        Assert.False(packages.Single(p => p.Name == "git").TryMove("2:2.40-2", out _, out _));
    }

    [Fact]
    public void The_base_of_the_stage_is_known()
    {
        var reading = Read(
            """
            FROM --platform=linux/arm64 alpine:3.20 AS one
            RUN apk add curl=1-r0
            FROM debian:12 AS two
            FROM one
            RUN apk add git=1-r0
            FROM scratch
            RUN apk add nothing=1-r0
            """);
        Assert.Equal([1, 1], reading.Packages.Take(2).Select(p => p.Bases.Single().Line));
        Assert.Equal(new BasePlace(reading.Uses[0].Line, reading.Uses[0].Column), reading.Packages[1].Bases.Single());
        Assert.Equal("linux/arm64", reading.Packages[0].Platform?.ToString());
        Assert.Empty(reading.Packages[2].Bases);
    }

    [Fact]
    public void A_comment_excludes_a_package()
    {
        var packages = Read(
            """
            FROM debian:12
            # basewatch: ignore
            RUN apt-get install curl=1
            RUN apt-get install wget=1
            """).Packages;
        Assert.NotNull(packages[0].Skip);
        Assert.Null(packages[1].Skip);
    }

    [Fact]
    public void An_edit_moves_the_version_alone_wherever_it_stands()
    {
        var version = Gen.OneOf("1", "1:2.3-4", "7.88.1-10+deb12u5", "0.1~rc1");
        Gen.Select(version, version, Gen.OneOf("", "'", "\""), Gen.OneOf(" ", " \\\n  ", "\t"), Gen.OneOf("\n", "\r\n")).Sample((before, after, quote, space, line) =>
        {
            var text = $"FROM debian:12\nRUN apt-get install -y a=9{space}{quote}curl={before}{quote}{space}b=8 && true\n".ReplaceLineEndings(line);
            var use = Read(text).Packages.Single(p => p.Name == "curl");
            Assert.True(use.TryMove(after, out var edit, out _));
            var edited = text.Remove(edit.Span.Start, edit.Span.Length).Insert(edit.Span.Start, edit.Replacement);
            var again = Read(edited).Packages;
            Assert.Equal(["a 9", $"curl {after}", "b 8"], again.Select(p => $"{p.Name} {p.Version.Value}"));
            Assert.Equal(text.Length - before.Length + after.Length, edited.Length);
        });
    }

    [Fact]
    public void Hostile_scripts_are_read_without_an_exception() =>
        Gen.OneOf("apt-get install ", "a=1", "$(", "${", "`", "'", "\"", "\\", "\n", "<<", "<<E", "&&", ";", "(", ")", "#", ">", " ", "=", "*", "RUN ", "bash -c ", "[", "]", "$A", "E\n").Array[0, 40]
            .Sample(parts => Read($"FROM debian:12\nARG A=x\nRUN apt-get install x=1 {string.Concat(parts)}\n").Packages.All(p => p.Line > 0));

    private static FormatReading Read(string text) => FormatCatalog.Default.Read("Dockerfile", SourceFile.Encode(text));

    private static string Describe(PackageUse p) => $"{p.Ecosystem.Word()} {p.Name} {p.Version.Value}{(p.Constraint == PackageConstraint.Exact ? "" : " " + p.Constraint)}{(p.Skip is null ? "" : " skip")}";
}
