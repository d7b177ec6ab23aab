namespace Basewatch.Core.Dialects;

/// <summary>How far it goes that a person does not want an update.</summary>
public enum RefusalScope
{
    /// <summary>What was proposed: a tag however often it is republished, a digest for good.</summary>
    Version,

    /// <summary>Every version of the proposed minor one: 3.13.1, 3.13.2, …</summary>
    Minor,

    /// <summary>Every version of the proposed major one.</summary>
    Major,

    /// <summary>Everything of the image.</summary>
    Image,
}
