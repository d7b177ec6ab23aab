namespace Basewatch.Adapters.Hosting;

/// <summary>By what it is learnt whether what was merged is good. Holds secrets.</summary>
public sealed class RolloutOptions
{
    /// <summary>What Flux signs its notifications with; null: none are taken. A secret.</summary>
    public string? FluxKey { get; set; }

    /// <summary>What Argo CD sends with its notifications; null: none are taken. A secret.</summary>
    public string? ArgoCdToken { get; set; }

    /// <summary>Hosts of probes and of Prometheus that may have private addresses, with <c>*</c> and <c>?</c>.</summary>
    public IList<string> PrivateHosts { get; } = [];

    /// <summary>The secrets, by their names.</summary>
    internal IEnumerable<(string Name, string? Value)> Secrets => [("Rollout:FluxKey", FluxKey), ("Rollout:ArgoCdToken", ArgoCdToken)];

    /// <summary>What is wrong with it.</summary>
    internal IEnumerable<string> Problems() =>
        from host in PrivateHosts
        where host.Length == 0 || host.AsSpan().ContainsAny("/:@ ") || host.AsSpan().Trim("*?.").IsEmpty
        select $"Rollout:PrivateHosts: '{Core.Images.Excerpt.Of(host)}' is no host: write it without a scheme and a port, such as prometheus.example.internal";
}
