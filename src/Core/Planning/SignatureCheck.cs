using Basewatch.Core.Dialects;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>
/// Whether an image may replace the one in use as far as signatures go: where a rule requires one, it has one; else, where the one
/// in use has one, it has one too. It is asked only where there is an update; of the image in use first, because most have none,
/// and of its successor only where that matters.
/// </summary>
internal static class SignatureCheck
{
    /// <summary>So long an image without a signature is taken for one that gets none.</summary>
    private static readonly TimeSpan UnsignedInUse = TimeSpan.FromDays(1);

    /// <summary>A successor that could not be taken may have been signed since.</summary>
    private static readonly TimeSpan UnsignedSuccessor = TimeSpan.FromMinutes(15);

    /// <summary>Images are signed within this time after they are pushed.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromDays(1);

    /// <summary>Looks at what may replace an image.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="followed">The tag in use.</param>
    /// <param name="tag">The tag that may replace it; the same where it was republished.</param>
    /// <param name="now">The time to which ages are counted.</param>
    /// <param name="needed">Takes what has to be known first.</param>
    public static ImageFit Of(ImageFacts facts, FollowedTag followed, string tag, DateTimeOffset now, FactsNeeded needed)
    {
        var rule = followed.Policy.Rule;
        if (rule.Signed == SignatureRule.Ignore || facts.DigestOf(tag).Value is not { } digest)
        {
            return ImageFit.Unknown;
        }

        var use = followed.InUse;
        var isRefresh = followed.Replacement is null && tag == followed.Tag;
        if (use is null && (isRefresh || rule.Signed != SignatureRule.Required))
        {
            // What is in use is not at hand: only what was refused before is looked at again.
            if (facts.Signatures.GetValueOrDefault(digest) is { IsAwaited: true } && facts.SignatureOf(digest, now, UnsignedSuccessor) is null)
            {
                needed.Signatures[digest] = true;
            }

            return ImageFit.Unknown;
        }

        if (isRefresh && use is not null && (use.Digest == digest || (use.Digest is null && (rule.Signed != SignatureRule.Required || rule.Pins == false))))
        {
            return ImageFit.Unknown;
        }

        if (rule.Signed == SignatureRule.Required)
        {
            return Successor($"which {rule.Source?.ToString() ?? "the rule"} requires");
        }

        if (use is null || followed.Replacement is { IsSameImage: false })
        {
            // Whoever writes a rule for another image has decided for it.
            return ImageFit.Unknown;
        }

        // A tag alone names no certain image. What it names now is asked for where the rule says so, or the tags show that
        // images are signed here.
        if (use.Digest is null && rule.Signed is null && !facts.HasSignatureTags)
        {
            return ImageFit.Unknown;
        }

        var present = use.Digest is not null ? new(use.Digest) : facts.DigestOf(followed.Tag);
        if (present.Value is null)
        {
            if (present is { IsOpen: true, Problem: null })
            {
                needed.Digests.Add(followed.Tag);
                return ImageFit.Open;
            }

            return new ImageFit(null, Problem: present.Problem);
        }

        if (present.Value == digest)
        {
            return ImageFit.Unknown;
        }

        return Ask(present.Value, UnsignedInUse, isSuccessor: false, out var unanswered) switch
        {
            null => unanswered,
            SignatureKind.None => ImageFit.Unknown,
            _ => Successor($"and {(isRefresh ? "the digest in use" : followed.Tag)} is"),
        };

        ImageFit Successor(string contrast) => Ask(digest, UnsignedSuccessor, isSuccessor: true, out var unanswered) switch
        {
            null => unanswered,
            SignatureKind.None => new ImageFit($"{tag} is not signed{(IsYoung() ? " yet" : "")}, {contrast}"),
            _ => ImageFit.Unknown,
        };

        SignatureKind? Ask(Digest asked, TimeSpan lifetime, bool isSuccessor, out ImageFit unanswered)
        {
            unanswered = ImageFit.Open;
            if (facts.SignatureOf(asked, now, lifetime) is { } kind)
            {
                return kind;
            }

            if (facts.SignatureProblems.TryGetValue(asked, out var problem))
            {
                unanswered = new ImageFit(null, Problem: problem);
            }
            else
            {
                needed.Signatures[asked] = isSuccessor || (needed.Signatures.TryGetValue(asked, out var isAwaited) && isAwaited);
            }

            return null;
        }

        // As far as that is known: it is not worth a request.
        bool IsYoung() => now - (facts.DateOf(tag).Value?.At ?? (facts.FirstSeen.TryGetValue(tag, out var seen) ? seen : DateTimeOffset.MinValue)) < Settles;
    }
}
