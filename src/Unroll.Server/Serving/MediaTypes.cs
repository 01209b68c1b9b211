using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Unroll.Server.Serving;

/// <summary>What a body is, by its header.</summary>
internal static class MediaTypes
{
    /// <exception cref="RequestException">Its text is said to be encoded in another way than as UTF-8.</exception>
    public static bool IsCsv(HttpRequest request) => Is(request, "text/csv");

    /// <exception cref="RequestException">Its text is said to be encoded in another way than as UTF-8.</exception>
    public static bool IsJson(HttpRequest request) => Is(request, "application/json");

    /// <exception cref="RequestException">It is said to be something else than JSON.</exception>
    public static void RequireJson(HttpRequest request)
    {
        if (!IsJson(request))
            throw new RequestException(
                415, "Send the body as application/json, or to a network or forecaster as text/csv, and say so in "
                    + "the header Content-Type.");
    }

    private static bool Is(HttpRequest request, string type)
    {
        ReadOnlySpan<char> given = request.ContentType;
        int end = given.IndexOf(';');
        if (!(end < 0 ? given : given[..end]).Trim().Equals(type, StringComparison.OrdinalIgnoreCase))
            return false;
        if (end >= 0 && MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? read)
            && read.Charset.Value?.Trim('"').ToUpperInvariant() is { } charset and not "UTF-8" and not "UTF8" and not "US-ASCII")
            throw new RequestException(415, $"Send {type} as UTF-8, not as {(charset.Length <= 20 ? charset : "another charset")}.");
        return true;
    }
}
