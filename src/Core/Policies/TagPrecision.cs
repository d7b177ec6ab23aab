using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>What the policies share that choose among the names of one image: tags of one digest.</summary>
internal static class TagPrecision
{
    /// <summary>Names for whatever is current; without them a tag says which flavour it is: <c>latest</c> none, <c>lts-alpine</c> alpine.</summary>
    private static readonly string[] Roles = ["latest", "stable", "lts", "current", "mainline", "rolling", "edge"];

    /// <summary>What a tag says besides its version: <c>slim</c> of <c>3.12-slim</c> and of <c>slim</c>.</summary>
    public static string Flavour(TagVersion tag)
    {
        if (tag.IsOrdered)
        {
            return (tag.Prefix.TrimEnd('v', 'V').TrimEnd('-') + "-" + tag.Suffix.TrimStart('-')).Trim('-');
        }

        foreach (var role in Roles)
        {
            if (tag.Text.StartsWith(role, StringComparison.Ordinal) && (tag.Text.Length == role.Length || tag.Text[role.Length] == '-'))
            {
                return tag.Text[role.Length..].Trim('-');
            }
        }

        return tag.Text;
    }

    /// <summary>Order by what a tag pins down: versions before dates, more numbers, a build, a release before its pre-releases.</summary>
    public static int Compare(TagVersion a, TagVersion b)
    {
        var order = (a.Scheme == TagScheme.Version).CompareTo(b.Scheme == TagScheme.Version);
        order = order != 0 ? order : a.Precision.CompareTo(b.Precision);
        order = order != 0 ? order : (a.BuildWord is not null).CompareTo(b.BuildWord is not null);
        return order != 0 ? order : b.IsPreRelease.CompareTo(a.IsPreRelease);
    }

    /// <summary>The first of an image's names: the most precise, of equals the newest. Digests are asked for in that order, some at a time.</summary>
    public static TagVersion? FirstOf(Digest digest, List<TagVersion> names, TagQuestion question)
    {
        const int AtATime = 8;
        names.Sort(static (a, b) =>
        {
            var order = Compare(b, a);
            order = order != 0 ? order : a.Scheme != b.Scheme ? a.Scheme.CompareTo(b.Scheme) : b.CompareVersion(a);
            return order != 0 ? order : string.CompareOrdinal(b.Text, a.Text);
        });
        var lacking = 0;
        foreach (var name in names)
        {
            var its = question.Facts.DigestOf(name.Text);
            lacking += its.IsOpen ? 1 : 0;
            if (its.Value == digest)
            {
                return name;
            }

            if (lacking == AtATime || question.Facts.IsCut)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Says where only some tags were looked at.</summary>
    public static string Remark(TagQuestion question) => question.Facts.IsCut ? $" among the {TagFacts.Most} that were looked at, the newest first" : "";

    /// <summary>Whether the numbers of one begin with those of the other: 3.12.4 with 3.12.</summary>
    public static bool Refines(TagVersion precise, TagVersion coarse)
    {
        if (precise.Scheme != coarse.Scheme || precise.Form != coarse.Form || precise.Precision < coarse.Precision || (coarse.BuildWord is not null && precise.BuildWord != coarse.BuildWord))
        {
            return false;
        }

        for (var i = 0; i < coarse.Precision; i++)
        {
            if (precise.Numbers[i] != coarse.Numbers[i])
            {
                return false;
            }
        }

        return true;
    }
}
