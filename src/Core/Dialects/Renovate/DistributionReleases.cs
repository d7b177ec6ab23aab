using System.Collections.Frozen;
using System.Globalization;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Releases of a distribution with their names and days, as Debian's <c>distro-info-data</c> has them
/// (<see href="https://debian.pages.debian.net/distro-info-data/"/>).
/// </summary>
internal sealed class DistributionReleases
{
    private readonly FrozenDictionary<string, DistributionRelease> _byVersion;
    private readonly FrozenDictionary<string, DistributionRelease> _byName;
    private readonly DistributionRelease[] _dated;

    private DistributionReleases(string table)
    {
        var releases = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(DistributionRelease.Parse).ToArray();
        _byVersion = releases.ToFrozenDictionary(r => r.Version, StringComparer.Ordinal);
        _byName = releases.ToFrozenDictionary(r => r.Name, StringComparer.Ordinal);
        _dated = [.. releases.Where(r => r.Released is not null)];
    }

    /// <summary>Debian: version, name, day it was begun, day of its release, day its long-term support ends.</summary>
    public static DistributionReleases Debian { get; } = new("""
        1.1 buzz 1993-08-16 1996-06-17 1997-06-05
        1.2 rex 1996-06-17 1996-12-12 1998-06-05
        1.3 bo 1996-12-12 1997-06-05 1999-03-09
        2 hamm 1997-06-05 1998-07-24 2000-03-09
        2.1 slink 1998-07-24 1999-03-09 2000-10-30
        2.2 potato 1999-03-09 2000-08-15 2003-06-30
        3 woody 2000-08-15 2002-07-19 2006-06-30
        3.1 sarge 2002-07-19 2005-06-06 2008-03-31
        4 etch 2005-06-06 2007-04-08 2010-02-15
        5 lenny 2007-04-08 2009-02-14 2012-02-06
        6 squeeze 2009-02-14 2011-02-06 2016-02-29
        7 wheezy 2011-02-06 2013-05-04 2018-05-31
        8 jessie 2013-05-04 2015-04-26 2020-06-30
        9 stretch 2015-04-26 2017-06-17 2022-06-30
        10 buster 2017-06-17 2019-07-06 2024-06-30
        11 bullseye 2019-07-06 2021-08-14 2026-08-31
        12 bookworm 2021-08-14 2023-06-10 2028-06-30
        13 trixie 2023-06-10 2025-08-09 2030-06-30
        14 forky 2025-08-09
        15 duke 2027-08-01
        """);

    /// <summary>Ubuntu: version, name, day it was begun, day of its release.</summary>
    public static DistributionReleases Ubuntu { get; } = new("""
        4.10 warty 2004-03-05 2004-10-20
        5.04 hoary 2004-10-20 2005-04-08
        5.10 breezy 2005-04-08 2005-10-12
        6.06 dapper 2005-10-12 2006-06-01
        6.10 edgy 2006-06-01 2006-10-26
        7.04 feisty 2006-10-26 2007-04-19
        7.10 gutsy 2007-04-19 2007-10-18
        8.04 hardy 2007-10-18 2008-04-24
        8.10 intrepid 2008-04-24 2008-10-30
        9.04 jaunty 2008-10-30 2009-04-23
        9.10 karmic 2009-04-23 2009-10-29
        10.04 lucid 2009-10-29 2010-04-29
        10.10 maverick 2010-04-29 2010-10-10
        11.04 natty 2010-10-10 2011-04-28
        11.10 oneiric 2011-04-28 2011-10-13
        12.04 precise 2011-10-13 2012-04-26
        12.10 quantal 2012-04-26 2012-10-18
        13.04 raring 2012-10-18 2013-04-25
        13.10 saucy 2013-04-25 2013-10-17
        14.04 trusty 2013-10-17 2014-04-17
        14.10 utopic 2014-04-17 2014-10-23
        15.04 vivid 2014-10-23 2015-04-23
        15.10 wily 2015-04-23 2015-10-22
        16.04 xenial 2015-10-22 2016-04-21
        16.10 yakkety 2016-04-21 2016-10-13
        17.04 zesty 2016-10-13 2017-04-13
        17.10 artful 2017-04-13 2017-10-19
        18.04 bionic 2017-10-19 2018-04-26
        18.10 cosmic 2018-04-26 2018-10-18
        19.04 disco 2018-10-18 2019-04-18
        19.10 eoan 2019-04-18 2019-10-17
        20.04 focal 2019-10-17 2020-04-23
        20.10 groovy 2020-04-23 2020-10-22
        21.04 hirsute 2020-10-22 2021-04-22
        21.10 impish 2021-04-22 2021-10-14
        22.04 jammy 2021-10-14 2022-04-21
        22.10 kinetic 2022-04-21 2022-10-20
        23.04 lunar 2022-10-20 2023-04-20
        23.10 mantic 2023-04-20 2023-10-12
        24.04 noble 2023-10-12 2024-04-25
        24.10 oracular 2024-04-25 2024-10-10
        25.04 plucky 2024-10-10 2025-04-17
        25.10 questing 2025-04-17 2025-10-09
        26.04 resolute 2025-10-09 2026-04-23
        26.10 stonking 2026-04-24 2026-10-15
        """);

    /// <summary>The version of a name; a text that is no name comes back as it is.</summary>
    public string VersionOf(string text) => _byName.TryGetValue(text, out var release) ? release.Version : text;

    /// <summary>The name of a version; a text that is no version comes back as it is.</summary>
    public string NameOf(string text) => _byVersion.TryGetValue(text, out var release) ? release.Name : text;

    /// <summary>Whether a text is a name.</summary>
    public bool IsName(string text) => _byName.ContainsKey(text);

    /// <summary>The release of a version or a name; null where there is none.</summary>
    public DistributionRelease? Find(string text) => _byVersion.GetValueOrDefault(VersionOf(text));

    /// <summary>The release that has so many newer ones: 0 is the newest.</summary>
    public DistributionRelease? Latest(int newer, DateTimeOffset now)
    {
        var last = Array.FindLastIndex(_dated, r => r.IsReleased(now));
        return last - newer >= 0 ? _dated[last - newer] : null;
    }
}

/// <summary>A release of a distribution. Renovate takes a day for past when a whole day more has gone by.</summary>
internal sealed record DistributionRelease(string Version, string Name, DateTimeOffset Begun, DateTimeOffset? Released, DateTimeOffset? Ended)
{
    public static DistributionRelease Parse(string line)
    {
        var words = line.Split(' ');
        return new(words[0], words[1], Day(words[2]), words.Length > 3 ? Day(words[3]) : null, words.Length > 4 ? Day(words[4]) : null);

        static DateTimeOffset Day(string text) => DateTimeOffset.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    public bool IsBegun(DateTimeOffset now) => now - Begun > TimeSpan.FromDays(1);

    public bool IsReleased(DateTimeOffset now) => Released is { } day && now - day > TimeSpan.FromDays(1);

    public bool IsEnded(DateTimeOffset now) => Ended is not { } day || now > day;
}
