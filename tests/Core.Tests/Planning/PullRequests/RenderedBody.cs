using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Basewatch.Core.Tests.Planning.PullRequests;

/// <summary>Reads a body as GitHub would, and tells what is in it that nobody meant.</summary>
internal static partial class RenderedBody
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseTaskLists().UseAutoLinks().UseEmphasisExtras().UseAlertBlocks().Build();

    /// <summary>No image, no link but those that are built, no HTML but what is written here, and no heading.</summary>
    public static void CheckAll(string body)
    {
        var document = Markdig.Markdown.Parse(body, Pipeline);
        foreach (var element in document.Descendants())
        {
            switch (element)
            {
                case LinkInline link:
                    Assert.False(link.IsImage, body);
                    Assert.Matches(Built(), link.Url);
                    break;
                case AutolinkInline:
                    Assert.Fail(body);
                    break;
                case HtmlInline html:
                    Assert.True(html.Tag is "<br>" or "<wbr>" or "<code>" or "</code>" or "<!-- basewatch:rebase -->", html.Tag);
                    break;
                case HtmlBlock html:
                    Assert.Matches(Block(), html.Lines.ToString().Trim());
                    break;
                case HeadingBlock or FencedCodeBlock or LinkReferenceDefinition:
                    Assert.Fail($"{element.GetType().Name} in\n{body}");
                    break;
                default:
                    break;
            }
        }

        var rendered = document.ToHtml(Pipeline);
        var blocks = string.Concat(document.Descendants<HtmlBlock>().Select(b => b.Lines.ToString()));
        Assert.Equal(Count(blocks, "<details>"), Count(blocks, "</details>"));

        // Outside code nobody is mentioned and nothing referred to.
        var words = Code().Replace(Comment().Replace(rendered, ""), "");
        Assert.DoesNotMatch(Reference(), words);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"^https://(github\.com|gitlab\.com|bitbucket\.org|endoflife\.date|dev\.mysql\.com|www\.postgresql\.org)/[A-Za-z0-9._/%-]+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Built();

    [GeneratedRegex(@"^(<details><summary>[A-Za-z0-9 ]+</summary>|</details>|<!-- basewatch (way-out )?key=[^<>]* -->|</details>\n<!-- basewatch key=[^<>]* -->)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();

    [GeneratedRegex("<code>.*?</code>", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"[@#][A-Za-z0-9]|GH-[0-9]", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
