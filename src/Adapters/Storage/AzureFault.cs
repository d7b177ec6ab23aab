using Azure;
using Azure.Identity;

namespace Basewatch.Adapters.Storage;

/// <summary>What went wrong in a call to Azure Storage, once its client has given up trying again.</summary>
internal static class AzureFault
{
    /// <summary>Whether an exception is a failure of the call, and neither a cancellation nor a defect of ours.</summary>
    public static bool Is(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException => true,
        // The client collects the failures of its attempts.
        AggregateException all => all.InnerExceptions.All(inner => Is(inner, cancellationToken)),
        // Its own limit of time for one attempt.
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        // The connection broke in the middle of a body.
        IOException => exception.GetType() == typeof(IOException),
        _ => false,
    };

    /// <summary>Host, what is wrong, what to do. Headers, bodies and queries of the call stay out of it.</summary>
    public static string Describe(Uri endpoint, Exception exception)
    {
        var last = exception is AggregateException { InnerExceptions: [.., var inner] } ? inner : exception;
        var what = last switch
        {
            AuthenticationFailedException =>
                "no identity to sign in with. Sign in with 'az login', give the app a managed identity, or set a connection string.",
            RequestFailedException { Status: 401 or 403 } refused =>
                $"refused with {refused.Status} {refused.ErrorCode}. The account key has to be right, or the identity needs the roles Storage Table Data Contributor, Storage Blob Data Contributor and Storage Queue Data Contributor; the account's firewall has to let this host in.",
            RequestFailedException { Status: 404, ErrorCode: "TableNotFound" or "ContainerNotFound" or "QueueNotFound" } gone =>
                $"{gone.ErrorCode}: it was deleted while in use. Start again: it is made anew.",
            RequestFailedException { Status: 409, ErrorCode: "TableBeingDeleted" or "ContainerBeingDeleted" or "QueueBeingDeleted" } going =>
                $"{going.ErrorCode}. Azure takes up to a minute to delete it; then try again.",
            RequestFailedException { Status: > 0 } failed => $"answered {failed.Status} {failed.ErrorCode}.",
            OperationCanceledException => "no answer in time. Check network and address.",
            _ => "can't be reached. Check network and address.",
        };
        return $"{endpoint.Authority}: {what}";
    }
}
