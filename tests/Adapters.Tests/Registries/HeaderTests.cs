using System.Text;
using Basewatch.Adapters.Registries;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class HeaderTests
{
    private const string TokenText = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    private static readonly Gen<string> Words = Gen.String[Gen.Char[TokenText], 1, 8];

    private static readonly Gen<string> Quotables = Gen.String[Gen.Char[' ', '~'], 0, 20];

    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String[0, 60],
        OneOf("<", ">", ";", ",", "=", "\"", "\\", " ", "rel", "next", "Bearer", "realm", "</v2/x?last=1>", "; rel=\"next\"", "\t").Array[0, 20].Select(string.Concat));

    [Fact]
    public void Challenges_are_read_as_they_are_written()
    {
        var challenge = Gen.Select(Words, Gen.Select(Words, Quotables).Array[1, 4]);
        challenge.Array[1, 3].Sample(challenges =>
        {
            var header = string.Join(", ", challenges.Select(c => c.Item1 + " " + string.Join(",", c.Item2.Select(p => $"{p.Item1}={Quoted(p.Item2)}"))));
            var read = AuthenticationChallenge.ParseAll(header);
            Assert.Equal(challenges.Select(c => c.Item1), read.Select(r => r.Scheme));
            for (var i = 0; i < challenges.Length; i++)
            {
                var expected = challenges[i].Item2.DistinctBy(p => p.Item1, StringComparer.OrdinalIgnoreCase).ToList();
                Assert.Equal(expected.Count, read[i].Parameters.Count);
                Assert.All(expected, p => Assert.Equal(p.Item2, read[i][p.Item1]));
            }
        });
    }

    [Fact]
    public void No_header_is_too_odd_to_read() => Hostile.Sample(header =>
    {
        Assert.All(AuthenticationChallenge.ParseAll(header), c => Assert.NotEmpty(c.Scheme));
        var next = LinkHeader.Next(header);
        Assert.True(next is null || header.Contains(next, StringComparison.Ordinal));
        Assert.False(Quota(("RateLimit", header), ("RateLimit-Policy", header)).Remaining < 0);
    });

    private static RateLimitQuota Quota(params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return RateLimitQuota.Of(response.Headers, TimeProvider.System);
    }

    [Theory]
    [InlineData("\"default\";r=50;t=30", "", 50, 30)]
    [InlineData("\"a, b;r=1\";t=30 ; r=50", "", 50, 30)]
    [InlineData("default;r=50", "", 50, null)]
    [InlineData("\"day\";r=900;t=3600, \"burst\";r=3;t=1", "", 3, 1)]
    [InlineData("\"day\";r=0;t=3600, \"burst\";r=0;t=1", "", 0, 3600)]
    [InlineData("\"bytes\";r=0;t=60, \"default\";r=7;t=5", "\"bytes\";q=65535;qu=\"content-bytes\";w=60, \"default\";q=10;qu=\"requests\";w=5", 7, 5)]
    [InlineData("\"bytes\";r=0;t=60", "\"bytes\";q=65535;qu=\"content-bytes\"", null, null)]
    [InlineData("limit=100, remaining=50, reset=30", "100;w=60", 50, 30)]
    [InlineData("\"default\";r=-1;t=x", "", null, null)]
    [InlineData("", "", null, null)]
    public void A_quota_is_read_from_one_header(string header, string policy, int? remaining, int? reset)
    {
        var quota = Quota(("RateLimit", header), ("RateLimit-Policy", policy));
        Assert.Equal((remaining, reset, false), ((int?)quota.Remaining, (int?)quota.Reset?.TotalSeconds, quota.IsOfPulls));
    }

    [Fact]
    public void Headers_of_which_each_says_a_part_win()
    {
        var quota = Quota(("RateLimit", "\"default\";r=1;t=1"), ("RateLimit-Limit", "100;w=21600"), ("RateLimit-Remaining", "76;w=21600"));
        Assert.Equal((100, 76, TimeSpan.FromHours(6), true), (quota.Limit, quota.Remaining, quota.Window, quota.IsOfPulls));
    }

    [Theory]
    [InlineData("""Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/python:pull" """, "Bearer", "https://auth.docker.io/token")]
    [InlineData("""bearer  realm = "https://a/t" , service=x""", "bearer", "https://a/t")]
    [InlineData("Bearer realm=https://a/t,service=x", "Bearer", "https://a/t")]
    [InlineData("""Negotiate YWJj==, Bearer realm="https://a/t" """, "Bearer", "https://a/t")]
    [InlineData("""Bearer error="invalid_token", realm="https://a/t""", "Bearer", "https://a/t")]
    public void A_realm_is_found_in_what_registries_send(string header, string scheme, string realm)
    {
        var challenge = AuthenticationChallenge.ParseAll(header).Single(c => c["realm"] is not null);
        Assert.Equal((scheme, realm), (challenge.Scheme, challenge["realm"]));
    }

    [Fact]
    public void The_next_link_is_found_among_others()
    {
        var target = Gen.String[Gen.Char["abc/?=&;,%20"], 1, 20].Where(t => t.Trim() == t);
        var relation = OneOf("prev", "first", "\"last\"", "\"nextish\"", "\"prev first\"");
        var title = Gen.OneOf(Gen.Const(""), Quotables.Select(q => "; title=" + Quoted(q)));
        var other = Gen.Select(target, relation, title).Select((t, r, x) => $"<{t}>{x}; rel={r}");
        Gen.Select(other.Array[0, 3], target, title, OneOf("next", "\"next\"", "\"NEXT\"", "\"last next\"")).Sample((others, t, x, next) =>
            Assert.Equal(t, LinkHeader.Next(string.Join(", ", [.. others, $"<{t}>{x} ; REL={next}", "<later>; rel=next"]))));
        other.Array[0, 4].Sample(others => Assert.Null(LinkHeader.Next(string.Join(",", others))));
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        }

        return quoted.Append('"').ToString();
    }
}
