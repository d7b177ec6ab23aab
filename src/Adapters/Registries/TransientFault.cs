using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>A failure that may have passed when the request is made once more. It doesn't leave this folder: at last its <see cref="Failure"/> is thrown.</summary>
internal sealed class TransientFault(RegistryException failure) : Exception(failure.Message, failure)
{
    /// <summary>What is thrown when it doesn't pass.</summary>
    public RegistryException Failure { get; } = failure;
}
