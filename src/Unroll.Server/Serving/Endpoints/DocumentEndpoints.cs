using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace Unroll.Server.Serving;

/// <summary>/openapi/v1.json, the page /docs that shows it, and /metrics.</summary>
internal sealed class DocumentEndpoints(PrometheusText metrics, ServeOptions options)
{
    /// <summary>The page has its script from this server, and may ask this server alone.</summary>
    private const string Policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src "
        + "'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; worker-src blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public void Map(WebApplication app)
    {
        byte[] document = Read(needsKey: options.Keys.Count > 0);
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

    /// <summary>The description of this server: one without keys says nothing of any, so that nobody is asked for one.</summary>
    private static byte[] Read(bool needsKey)
    {
        using Stream stream = typeof(DocumentEndpoints).Assembly.GetManifestResourceStream("Unroll.Server.openapi.json")!;
        var document = (JsonObject)JsonNode.Parse(stream)!;
        if (!needsKey)
        {
            document.Remove("security");
            document["components"]!.AsObject().Remove("securitySchemes");
            foreach (JsonObject operation in document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
                .Select(each => each.Value).OfType<JsonObject>())
            {
                operation.Remove("security");
                operation["responses"]!.AsObject().Remove("401");
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(document, s_json);
    }
}
