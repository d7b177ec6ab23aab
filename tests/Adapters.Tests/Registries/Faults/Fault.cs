using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Tests.Registries.Faults;

/// <summary>What is asked of a registry.</summary>
internal enum Question
{
    List,
    Head,
    Manifest,
    Blob,
}

/// <summary>What goes wrong between a registry and who asks it.</summary>
internal enum FaultKind
{
    // Nothing that a client would have to notice.
    Latency,
    Drip,
    OddContentType,
    RedirectOnce,
    TwoPages,

    // A HEAD that says nothing of use: the GET does.
    NoHead,
    HeadOfBadRequest,
    HeadWithoutValidDigest,

    // What may pass.
    ResetBeforeHeaders,
    ResetInBody,
    Status500,
    Status502,
    Status503,
    Status503Soon,
    TooMany,
    TooManySoon,

    // What doesn't.
    CutBody,
    Html,
    HtmlNotFound,
    EndlessPages,
    PagesInACircle,
    PageElsewhere,
    RedirectLoop,
    RedirectToNobody,
    AnnouncedHugeBody,
    HugeBody,
    PackedHugeBody,
    LyingHeader,
    LyingBody,
    Refused,
    Forbidden,
    Hang,
    HangInBody,

    // Of all that the host is asked.
    TooManyForLong,
    TooManyForever,
}

/// <summary>A fault of one image.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Question">With which question; null: with all that its host is asked.</param>
/// <param name="Times">How often, for each address.</param>
internal sealed record Fault(FaultKind Kind, Question? Question, int Times)
{
    /// <summary>More often than anyone asks.</summary>
    public const int Always = int.MaxValue;

    /// <summary>
    /// The model: how a registry fails that has this fault, as far as it is asked the question; null: not at all. It follows from what the fault
    /// is, not from how the client is written: what is broken off or refused may be tried three times in all, what is wrong is wrong at once.
    /// </summary>
    public RegistryFailure? Outcome => Kind switch
    {
        FaultKind.Latency or FaultKind.Drip or FaultKind.OddContentType or FaultKind.RedirectOnce or FaultKind.TwoPages => null,
        FaultKind.NoHead or FaultKind.HeadOfBadRequest or FaultKind.HeadWithoutValidDigest => null,
        FaultKind.Html or FaultKind.HtmlNotFound when Question == Faults.Question.Head => null,
        FaultKind.ResetBeforeHeaders => Times < 3 ? null : RegistryFailure.Unreachable,
        FaultKind.ResetInBody => Times < 3 ? null : RegistryFailure.Malformed,
        FaultKind.Status500 or FaultKind.Status502 or FaultKind.Status503 or FaultKind.Status503Soon => Times < 3 ? null : RegistryFailure.ServerError,
        FaultKind.TooMany or FaultKind.TooManySoon => Times < 3 ? null : RegistryFailure.RateLimited,
        FaultKind.TooManyForLong or FaultKind.TooManyForever => RegistryFailure.RateLimited,
        FaultKind.RedirectToNobody or FaultKind.Hang or FaultKind.HangInBody => RegistryFailure.Unreachable,
        FaultKind.Refused or FaultKind.Forbidden => RegistryFailure.Denied,
        _ => RegistryFailure.Malformed,
    };

    /// <summary>Every way in which it may be seen: a reset may overtake the headers that were sent before it.</summary>
    public IReadOnlySet<RegistryFailure> Outcomes => Outcome is not { } outcome ? new HashSet<RegistryFailure>()
        : Kind == FaultKind.ResetInBody ? new HashSet<RegistryFailure> { outcome, RegistryFailure.Unreachable }
        : new HashSet<RegistryFailure> { outcome };

    /// <summary>A fault by chance.</summary>
    /// <param name="random">Of the seed.</param>
    /// <param name="isAlone">Whether nothing else is asked of its host, so that what makes the whole host wait concerns it alone.</param>
    public static Fault Random(Random random, bool isAlone)
    {
        if (isAlone && random.Next(12) == 0)
        {
            return new Fault(random.Next(2) == 0 ? FaultKind.TooManyForLong : FaultKind.TooManyForever, null, Always);
        }

        var question = Pick(random, Faults.Question.List, Faults.Question.List, Faults.Question.Head, Faults.Question.Manifest, Faults.Question.Blob);
        var kind = random.Next(20) switch
        {
            < 4 => Pick(random, FaultKind.Latency, FaultKind.OddContentType, FaultKind.RedirectOnce, question == Faults.Question.Head ? FaultKind.Latency : FaultKind.Drip),
            < 11 => Pick(
                random, FaultKind.ResetBeforeHeaders, FaultKind.Status500, FaultKind.Status502, FaultKind.Status503, FaultKind.Status503Soon,
                FaultKind.TooMany, FaultKind.TooManySoon, question == Faults.Question.Head ? FaultKind.ResetBeforeHeaders : FaultKind.ResetInBody),
            < 12 when isAlone => question == Faults.Question.Head ? FaultKind.Hang : Pick(random, FaultKind.Hang, FaultKind.HangInBody),
            < 14 => Pick(random, FaultKind.RedirectLoop, FaultKind.RedirectToNobody, FaultKind.Refused, FaultKind.Forbidden),
            _ => question switch
            {
                Faults.Question.List => random.Next(40) == 0 ? FaultKind.EndlessPages : random.Next(12) == 0 ? FaultKind.HugeBody
                    : Pick(random, FaultKind.TwoPages, FaultKind.PagesInACircle, FaultKind.PageElsewhere, FaultKind.CutBody, FaultKind.Html, FaultKind.HtmlNotFound, FaultKind.AnnouncedHugeBody, FaultKind.PackedHugeBody),
                Faults.Question.Head => Pick(random, FaultKind.HeadOfBadRequest, FaultKind.HeadWithoutValidDigest, FaultKind.Html, FaultKind.HtmlNotFound, isAlone ? FaultKind.NoHead : FaultKind.HeadOfBadRequest),
                Faults.Question.Manifest => Pick(random, FaultKind.LyingHeader, FaultKind.LyingBody, FaultKind.CutBody, FaultKind.Html, FaultKind.HtmlNotFound, FaultKind.AnnouncedHugeBody, FaultKind.HugeBody, FaultKind.PackedHugeBody),
                _ => Pick(random, FaultKind.LyingBody, FaultKind.CutBody, FaultKind.Html, FaultKind.HtmlNotFound, FaultKind.AnnouncedHugeBody, FaultKind.HugeBody, FaultKind.PackedHugeBody),
            },
        };
        var mayPass = kind is >= FaultKind.ResetBeforeHeaders and <= FaultKind.TooManySoon;

        // One address that is refused for being asked too often, for ever, would make the host wait for the others too.
        var always = kind is FaultKind.TooMany or FaultKind.TooManySoon ? 2 : Always;
        return new Fault(kind, question, mayPass ? Pick(random, 1, 2, always) : Always);
    }

    public override string ToString() => $"{Kind} of {Question?.ToString() ?? "everything"}{(Times == Always ? "" : $" {Times} times")}";

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
