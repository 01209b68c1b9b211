using Microsoft.AspNetCore.Http;

namespace Unroll.Server.Serving;

/// <summary>What a body is, by its header.</summary>
internal static class MediaTypes
{
    public static bool IsCsv(HttpRequest request) => Is(request, "text/csv");

    public static bool IsJson(HttpRequest request) => Is(request, "application/json");

    /// <exception cref="RequestException">It is said to be something else than JSON.</exception>
    public static void RequireJson(HttpRequest request)
    {
        if (!IsJson(request))
            throw new RequestException(
                415, "Send the body as application/json, or to a network or forecaster as text/csv, and say so in the header "
                    + "Content-Type.");
    }

    private static bool Is(HttpRequest request, string type)
    {
        ReadOnlySpan<char> given = request.ContentType;
        int end = given.IndexOf(';');
        return (end < 0 ? given : given[..end]).Trim().Equals(type, StringComparison.OrdinalIgnoreCase);
    }
}
