using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>A failure that may have passed when the request is made once more. It doesn't leave this folder: at last its <see cref="Failure"/> is thrown.</summary>
/// <param name="failure">What is thrown when it doesn't pass.</param>
/// <param name="isOfHost">Whether the whole registry pauses for it, as <see cref="HostLimiter"/> sees to.</param>
internal sealed class TransientFault(RegistryException failure, bool isOfHost = false) : Exception(failure.Message, failure)
{
    /// <summary>What is thrown when it doesn't pass.</summary>
    public RegistryException Failure { get; } = failure;

    /// <summary>Whether the whole registry pauses for it.</summary>
    public bool IsOfHost { get; } = isOfHost;
}
