using Basewatch.Adapters.Hosting;
using Xunit;

namespace Basewatch.Adapters.Tests.Hosting;

/// <summary>What is said of wrong settings of rollouts.</summary>
public sealed class RolloutOptionsTests
{
    [Theory]
    [InlineData("0123456789abcdef", "0123456789abcdef", "*.svc.cluster.local", null)]
    [InlineData("short", null, null, "Rollout:FluxKey has fewer than 16 characters")]
    [InlineData(null, "short", null, "Rollout:ArgoCdToken has fewer than 16 characters")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/flux)", null, null, "Rollout:FluxKey is a Key Vault reference that was not followed")]
    [InlineData(null, null, "http://prometheus:9090", "Rollout:PrivateHosts: 'http://prometheus:9090' is no host")]
    [InlineData(null, null, "", "Rollout:PrivateHosts: '' is no host")]
    [InlineData(null, null, "*", "Rollout:PrivateHosts: '*' is no host")]
    public void A_wrong_setting_is_told_without_its_secret(string? key, string? token, string? host, string? expected)
    {
        var options = new BasewatchOptions { Rollout = { FluxKey = key, ArgoCdToken = token } };
        if (host is not null)
        {
            options.Rollout.PrivateHosts.Add(host);
        }

        var problems = options.Problems().Where(p => p.StartsWith("Rollout", StringComparison.Ordinal)).ToList();
        Assert.Equal(expected is null ? 0 : 1, problems.Count);
        Assert.All(problems, p => Assert.StartsWith(expected!, p, StringComparison.Ordinal));
        Assert.All(problems, p => Assert.DoesNotContain("short", p, StringComparison.Ordinal));
    }
}
