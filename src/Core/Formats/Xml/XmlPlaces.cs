namespace Basewatch.Core.Formats.Xml;

/// <summary>What can be known and changed in XML.</summary>
internal static class XmlPlaces
{
    /// <summary>Why a value can't be changed: it stands nowhere as it is.</summary>
    public static string? Locked(WrittenText value) => value.Spans.Any() ? null : "it is written with entities or comments in it: write it as plain text";

    /// <summary>Why a property has no value that is known.</summary>
    public static string NoProperty(string name) => $"the property {Images.Excerpt.Of(name)} has no plain value in this file";
}
