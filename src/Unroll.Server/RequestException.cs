namespace Unroll.Server;

/// <summary>A request that is refused, with the status and the one sentence that its sender gets.</summary>
/// <param name="status">4xx, or 503 where the server is not ready.</param>
/// <param name="message">What is wrong, and what to do.</param>
internal sealed class RequestException(int status, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>After how many seconds to try again; null where that does not help.</summary>
    public int? RetryAfter { get; init; }
}
