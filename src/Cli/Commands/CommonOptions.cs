using System.CommandLine;

namespace Basewatch.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    public static Argument<string> Path() => new("PATH")
    {
        Description = "A folder or a file. A Git work tree is read by its index: what is tracked counts.",
        DefaultValueFactory = _ => ".",
    };

    public static Argument<string> Image() => new("IMAGE") { Description = "An image reference, such as python:3.12-slim." };

    public static Option<string> Format(params string[] formats)
    {
        var option = new Option<string>("--format") { Description = "How to print the result.", DefaultValueFactory = _ => formats[0] };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    public static Option<FileInfo?> Settings() => new("--settings")
    {
        Description = "Settings file (JSON). Environment variables such as Basewatch__Registries__0__Host win over it.",
    };

    public static Option<FileInfo?> Catalog() => new("--catalog")
    {
        Description = "An answer of endoflife.date's /api/v1/products/full to use instead of asking.",
    };

    public static Option<string[]> Policy() => new("--policy")
    {
        Description = "A policy for some images, IMAGE=POLICY, such as 'python=semver:>=3.12 <3.14', 'ghcr.io/acme/*=digest'. May be given several times; the first that matches counts.",
    };

    public static Option<bool> NoCache() => new("--no-cache") { Description = "Neither use nor keep what runs learn of registries." };

    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Log what is done to stderr." };
}
