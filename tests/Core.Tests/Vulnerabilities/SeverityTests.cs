using Basewatch.Core.Vulnerabilities;
using CsCheck;

namespace Basewatch.Core.Tests.Vulnerabilities;

public sealed class SeverityTests
{
    /// <summary>Vectors with the scores that NVD gives them.</summary>
    [Theory]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5)]
    [InlineData("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", 5.5)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1)]
    [InlineData("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", 3.7)]
    [InlineData("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8)]
    [InlineData("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0)]
    [InlineData("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0)]
    [InlineData("AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5)]
    [InlineData("AV:N/AC:L/Au:N/C:N/I:N/A:P", 5.0)]
    [InlineData("AV:L/AC:M/Au:N/C:N/I:P/A:C", 5.4)]
    [InlineData("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", null)]
    [InlineData("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", null)]
    [InlineData("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", null)]
    [InlineData("CVSS:3.1", null)]
    [InlineData("7.5", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_vector_has_the_score_that_others_give_it(string? vector, double? score) => Assert.Equal(score, CvssVector.BaseScore(vector));

    [Fact]
    public void Every_score_is_within_bounds_and_more_impact_is_never_less() =>
        Gen.Select(Gen.OneOf('N', 'A', 'L', 'P'), Gen.OneOf('L', 'H'), Gen.OneOf('N', 'L', 'H'), Gen.OneOf('N', 'R'), Gen.OneOf('U', 'C'), Gen.OneOf('N', 'L', 'H'), Gen.OneOf('N', 'L', 'H'))
            .Sample((av, ac, pr, ui, s, c, i) =>
            {
                var scores = "NLH".Select(a => CvssVector.BaseScore($"CVSS:3.1/AV:{av}/AC:{ac}/PR:{pr}/UI:{ui}/S:{s}/C:{c}/I:{i}/A:{a}")!.Value).ToList();
                Assert.All(scores, x => Assert.InRange(x, 0, 10));
                Assert.All(scores, x => Assert.Equal(Math.Round(x, 1), x));
                Assert.Equal(scores.Order(), scores);
            });
}
