namespace Basewatch.Core.Dialects;

/// <summary>What a rule says of signatures.</summary>
public enum SignatureRule
{
    /// <summary>An image that is signed gives way to none that is not. Where nobody says anything, this holds for digests in use.</summary>
    Keep,

    /// <summary>Only what is signed is proposed.</summary>
    Required,

    /// <summary>Nobody looks for signatures.</summary>
    Ignore,
}
