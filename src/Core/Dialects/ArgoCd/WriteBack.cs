namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>How and where the updater writes.</summary>
internal sealed record WriteBack
{
    /// <summary>What is said of where: <c>kustomization:../base</c>, <c>helmvalues:/charts/shop/values.yaml</c>, a file.</summary>
    public string? Target { get; init; }

    /// <summary>The branch that is written against; null: the default one.</summary>
    public string? Branch { get; init; }

    /// <summary>Labels of its pull requests.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Whether it writes to Git, so that <see cref="Target"/> and <see cref="Branch"/> count.</summary>
    public bool IsGit { get; init; }

    /// <summary>Reads it as <c>newWBCFromSettings</c> in <c>pkg/argocd/argocd.go</c> does; <paramref name="error"/> says which key is wrong, and why.</summary>
    /// <param name="method"><c>argocd</c>, <c>git</c>, <c>git:repocreds</c>, <c>git:secret:name</c>.</param>
    /// <param name="target">See <see cref="Target"/>.</param>
    /// <param name="branch"><c>base</c>, or <c>base:template</c>.</param>
    /// <param name="pulls">Whether it makes pull requests, and may not say which branch is pushed.</param>
    /// <param name="error">What is wrong: the setting, and why.</param>
    public static WriteBack Read(string? method, string? target, string? branch, bool pulls, out (WriteBackKey Key, string Message)? error)
    {
        error = null;
        var name = method?.Trim() ?? "argocd";
        if (name == "argocd")
        {
            return new WriteBack();
        }

        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var credentials = colon > 0 ? name[(colon + 1)..] : "repocreds";
        if ((colon > 0 ? name[..colon] : name) != "git")
        {
            error = (WriteBackKey.Method, $"'{Images.Excerpt.Of(name)}' is no way to write back: 'git' and 'argocd' are");
        }
        else if (credentials != "repocreds" && !credentials.StartsWith("secret:", StringComparison.Ordinal))
        {
            error = (WriteBackKey.Method, $"'{Images.Excerpt.Of(credentials)}' is no source of credentials: write 'git:repocreds' or 'git:secret:namespace/name'");
        }

        if (target is not null && !IsPrefixed(target) && target[(target.LastIndexOf('/') + 1)..] is "kustomization.yaml" or "kustomization.yml" or "Kustomization")
        {
            error ??= (WriteBackKey.Target, $"the updater writes parameters to '{Images.Excerpt.Of(target)}' in place of what is there, and refuses to: write 'kustomization:' and its folder");
        }

        var parts = branch?.Trim().Split(':') ?? [];
        if (parts.Length > 2)
        {
            error ??= (WriteBackKey.Branch, $"'{Images.Excerpt.Of(branch!)}' is no branch: write 'base', or 'base:template'");
        }
        else if (parts.Length == 2 && pulls)
        {
            error ??= (WriteBackKey.Branch, "with pull requests the branch is the base alone, without a colon and a template");
        }
        else if (parts is [{ Length: > 0 } @base, ..] && !@base.Contains("{{", StringComparison.Ordinal) && !IsBranch(@base))
        {
            error ??= (WriteBackKey.Branch, $"'{Images.Excerpt.Of(@base)}' is no name of a branch");
        }

        return new WriteBack
        {
            IsGit = true,
            Target = target,
            Branch = parts is [{ Length: > 0 } first, ..] && first != "HEAD" && !first.Contains("{{", StringComparison.Ordinal) ? first : null,
        };
    }

    private static bool IsPrefixed(string target) => target.StartsWith("kustomization", StringComparison.Ordinal) && (target.Length == 13 || target[13] == ':') || target.StartsWith("helmvalues", StringComparison.Ordinal);

    /// <summary>As <c>git check-ref-format --branch</c> has it, in the main.</summary>
    private static bool IsBranch(string text) =>
        text.Length <= 255 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '~' or '^' or '?' or '*' or '[' or '\\') && !text.StartsWith('-') && !text.StartsWith('/')
        && !text.EndsWith('/') && !text.EndsWith('.') && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("@{", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal);
}

/// <summary>A setting of <see cref="WriteBack"/>.</summary>
internal enum WriteBackKey
{
    /// <summary>How.</summary>
    Method,

    /// <summary>Where.</summary>
    Target,

    /// <summary>Against which branch.</summary>
    Branch,
}
