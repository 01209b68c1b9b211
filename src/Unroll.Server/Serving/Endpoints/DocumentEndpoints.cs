using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Unroll.Server.Serving;

/// <summary>/openapi/v1.json, the page /docs that shows it, and /metrics.</summary>
internal sealed class DocumentEndpoints(PrometheusText metrics)
{
    /// <summary>The page has its script from this server, and may ask this server alone.</summary>
    private const string Policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src "
        + "'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public void Map(WebApplication app)
    {
        byte[] document = Read();
        app.MapGet("/openapi/v1.json", (RequestDelegate)(context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = document.Length;
            context.Response.BodyWriter.Write(document);
            return Task.CompletedTask;
        }));
        app.MapGet("/", (RequestDelegate)(context =>
        {
            context.Response.Redirect("/docs/");
            return Task.CompletedTask;
        }));
        app.MapGet("/metrics", (RequestDelegate)metrics.WriteAsync);
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Unroll")
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools()
            .AddDocument("v1"))
            .AddEndpointFilter(async (context, next) =>
            {
                context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
                return await next(context).ConfigureAwait(false);
            });
    }

    private static byte[] Read()
    {
        using Stream stream = typeof(DocumentEndpoints).Assembly.GetManifestResourceStream("Unroll.Server.openapi.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
