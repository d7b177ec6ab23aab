using System.Diagnostics;

namespace Basewatch.Cli.Demo;

/// <summary>The two repositories of the demo: a web shop and a nightly batch, as teams write them.</summary>
internal static class SampleRepositories
{
    /// <summary>The images that the demo's registry holds: repository and tags, the newest last.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Images = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["library/python"] = ["3", "3-slim", "3.8", "3.8-slim", "3.12.4-slim", "3.12.12-slim", "3.13.9-slim", "3.14-slim", "3.14.1-slim", "3.14.2-slim", "3.15.0a2-slim", "latest"],
        ["library/node"] = ["22", "22-alpine", "22.11.0-alpine", "22.21.1-alpine", "24.11.1-alpine", "24-alpine", "lts-alpine", "latest"],
        ["library/nginx"] = ["1.28", "1.29", "1.29.3", "1.29.3-alpine", "mainline", "latest"],
        ["library/postgres"] = ["16.1-alpine", "16.11-alpine", "17.7-alpine", "18.1-alpine", "18-alpine", "latest"],
        ["library/redis"] = ["7.2.4", "7.4.7", "8.2.3", "8.4.0", "latest"],
        ["library/ubuntu"] = ["20.04", "22.04", "24.04", "26.04", "focal", "jammy", "noble", "latest"],
    };

    private static readonly string[] Developer = ["-c", "user.name=A developer", "-c", "user.email=developer@example.com", "-c", "commit.gpgsign=false"];

    private const string ShopDockerfile = """
        # The shop's web server
        FROM node:22.11.0-alpine AS assets
        WORKDIR /src
        COPY . .
        RUN npm ci && npm run build

        FROM python:3.12.4-slim
        COPY --from=assets /src/dist /app/static
        COPY . /app
        CMD ["python", "-m", "shop"]

        """;

    private const string ShopManifest = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: shop
        spec:
          template:
            spec:
              containers:
                - name: proxy
                  image: "nginx:1.29.3@{nginx}"  # in front of the shop
                  ports: [{ containerPort: 80 }]

        """;

    private const string ShopCompose = """
        services:
          db:
            image: postgres:16.1-alpine   # same major as production
          cache:
            image: redis:7.2.4

        """;

    private const string BatchDockerfile = """
        ARG PYTHON=3.8-slim
        FROM python:${PYTHON} AS job
        COPY report.py /

        FROM ubuntu:20.04
        COPY --from=job /report.py /
        RUN apt-get update && apt-get install -y python3

        """;

    /// <summary>Writes both below a folder, each with one commit.</summary>
    /// <param name="root">Empty folder.</param>
    /// <param name="nginxDigest">What nginx:1.29.3 stands for now.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public static async Task WriteAsync(string root, string nginxDigest, CancellationToken cancellationToken)
    {
        await WriteAsync(
            Path.Combine(root, "acme", "shop"),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Dockerfile"] = ShopDockerfile,
                ["compose.yaml"] = ShopCompose,
                ["k8s/deployment.yaml"] = ShopManifest.Replace("{nginx}", nginxDigest, StringComparison.Ordinal),
            },
            cancellationToken);
        await WriteAsync(
            Path.Combine(root, "acme", "nightly-report"),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                // Written on Windows: its line ends stay as they are.
                ["Dockerfile"] = BatchDockerfile.Replace("\n", "\r\n", StringComparison.Ordinal),
            },
            cancellationToken);
    }

    /// <summary>Runs Git in a folder and gives what it prints.</summary>
    public static async Task<string> GitAsync(string folder, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var git = Process.Start(start)!;
            var error = git.StandardError.ReadToEndAsync(cancellationToken);
            var output = await git.StandardOutput.ReadToEndAsync(cancellationToken);
            await git.WaitForExitAsync(cancellationToken);
            return git.ExitCode == 0 ? output : throw new UsageException($"git {arguments[0]}: {(await error).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UsageException("the demo makes Git repositories: install git, and put it on the PATH", e);
        }
    }

    /// <summary>Merges a branch into the one that is checked out, as a person does.</summary>
    public static Task MergeAsync(string folder, string branch, string message, CancellationToken cancellationToken) =>
        GitAsync(folder, cancellationToken, [.. Developer, "merge", "-q", "--no-ff", "--no-verify", "-m", message, branch]);

    /// <summary>Writes a repository with one commit.</summary>
    public static async Task WriteAsync(string folder, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, cancellationToken);
        }

        await GitAsync(folder, cancellationToken, "-c", "init.defaultBranch=main", "init", "-q");
        await GitAsync(folder, cancellationToken, "-c", "core.autocrlf=false", "add", "-A");
        await GitAsync(folder, cancellationToken, [.. Developer, "commit", "-q", "--no-verify", "-m", "The first version"]);
    }
}
