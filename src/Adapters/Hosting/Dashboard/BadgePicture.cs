using System.Globalization;
using System.Text;
using Basewatch.Core.Jobs.State;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>A badge: how far a repository's images are up to date, as a small picture with the same in words.</summary>
internal static class BadgePicture
{
    private const string Label = "images";

    private const int Padding = 6;

    /// <summary>Pixels of a letter at the size that is written with, about.</summary>
    private const double LetterWidth = 6.6;

    /// <summary>Draws it.</summary>
    /// <param name="summary">What is known; null: not yet anything.</param>
    public static byte[] Draw(SummaryRecord? summary)
    {
        var (words, colour) = Say(summary);
        var (left, right) = (Width(Label), Width(words));
        var svg = Html.Of($"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Text(left + right)}" height="20" role="img" aria-label="{Label}: {words}">
            <title>{Label}: {words}</title>
            <rect width="{Text(left)}" height="20" fill="#4a4f57"/>
            <rect x="{Text(left)}" width="{Text(right)}" height="20" fill="{colour}"/>
            <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle" aria-hidden="true">
            <text x="{Text(left / 2)}" y="14" textLength="{Text(left - (2 * Padding))}">{Label}</text>
            <text x="{Text(left + (right / 2))}" y="14" textLength="{Text(right - (2 * Padding))}">{words}</text>
            </g>
            </svg>
            """);
        return Encoding.UTF8.GetBytes(svg.ToString());
    }

    /// <summary>White letters have a contrast of 4.5 and more on each of these.</summary>
    private static (string Words, string Colour) Say(SummaryRecord? summary) => summary switch
    {
        null => ("not looked at yet", "#5c6370"),
        { Current: 0, Behind: 0 } => ("none to judge", "#5c6370"),
        { Behind: 0 } => ("up to date", "#1f7a3d"),
        _ => ($"{Number(summary.Behind)} of {Number(summary.Current + summary.Behind)} behind", summary.Behind * 4 <= summary.Current + summary.Behind ? "#8a5a00" : "#b3261e"),
    };

    private static int Width(string text) => (int)Math.Ceiling(text.Length * LetterWidth) + (2 * Padding);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
