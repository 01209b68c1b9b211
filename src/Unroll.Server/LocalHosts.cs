using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server;

/// <summary>
/// A server for this machine alone answers requests to localhost alone, and those of pages only where these come from there. Otherwise a
/// page of another site could ask it in a browser, also by a name that was made to lead to this machine.
/// </summary>
internal static class LocalHosts
{
    /// <summary>Refuses requests to other hosts where the server listens for this machine alone.</summary>
    public static void UseLocalHosts(this WebApplication app, Listening listening)
    {
        if (!listening.IsLocal)
            return;
        app.Use(next => context =>
        {
            if (!IsLocal(context.Request.Host.Host))
                return Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest,
                    "This server answers requests to localhost alone.");
            string origin = context.Request.Headers.Origin.ToString();
            return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? from) && IsLocal(from.Host.Trim('[', ']')))
                ? next(context)
                : Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "This server answers pages of this machine alone.");
        });
    }

    /// <summary>Whether a host is this machine by its name or an address of its own.</summary>
    public static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
}
