using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server;

/// <summary>
/// Keeps pages of other sites from using the studio through a browser: names in the Host header that are not of this machine (DNS
/// rebinding), requests that change something and come from another origin (CSRF), and anything that would load from elsewhere.
/// </summary>
internal static class StudioGuard
{
    private const string Policy = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    public static void UseStudioGuard(this WebApplication app, Listening listening) => app.Use((context, next) =>
    {
        HttpRequest request = context.Request;
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (!IsOfThisMachine(request.Host.Host, listening))
        {
            throw new RequestException(StatusCodes.Status421MisdirectedRequest,
                $"This page does not answer under the name \"{Short(request.Host.Host)}\". Open it at the address that it printed.");
        }

        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        return changes && !IsSameOrigin(request)
            ? throw new RequestException(StatusCodes.Status403Forbidden, "This request comes from another site, so nothing was changed.")
            : next(context);
    });

    /// <summary>Whether a name is one that no other site can have.</summary>
    internal static bool IsOfThisMachine(string host, Listening listening)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return true;
        string bare = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        return IPAddress.TryParse(bare, out IPAddress? address)
            ? !listening.IsLocal || IPAddress.IsLoopback(address)
            : !listening.IsLocal && host.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a request comes from the studio's own page, or from a program that is no browser.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is [{ } origin, ..])
            return origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        return request.Headers["Sec-Fetch-Site"] is not [{ } site, ..] || site is "same-origin" or "none";
    }

    private static string Short(string host) => host.Length <= 60 ? host : host[..60] + "...";
}
