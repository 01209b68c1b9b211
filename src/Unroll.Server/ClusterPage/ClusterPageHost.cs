using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Unroll.Server;

/// <summary>The page of a cluster: studies, workers, throughput.</summary>
internal static class ClusterPageHost
{
    /// <summary>Answers until Ctrl+C, SIGTERM or the token ends it.</summary>
    /// <param name="listening">Where.</param>
    /// <param name="view">The cluster.</param>
    /// <param name="say">Told one line when it listens.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="UnrollException">The address or the port cannot be listened on.</exception>
    public static Task RunAsync(Listening listening, IClusterView view, Action<string> say, CancellationToken cancellation = default) =>
        WebServer.RunAsync(Create(listening, view), listening, say, cancellation);

    internal static WebApplication Create(Listening listening, IClusterView view)
    {
        WebApplication app = WebServer.CreateBuilder(listening).Build();
        app.UseProblems();
        app.UseStudioGuard(listening);
        PageFiles.FromAssembly("ClusterPage/", "Page/").Use(app);
        app.MapGet("/api/cluster", async (CancellationToken cancellation) => Results.Json(
            await view.LookAsync(cancellation), ClusterJson.Default.ClusterLook));
        app.MapGet("/api/studies/{study}", async (string study, CancellationToken cancellation) => Results.Json(
            await view.PiecesAsync(study, cancellation), ClusterJson.Default.IReadOnlyListPieceLook));
        app.MapPost("/api/studies/{study}/{act}", async (string study, string act, CancellationToken cancellation) =>
        {
            if (!Enum.TryParse(act, ignoreCase: true, out StudyAct what) || int.TryParse(act, out _))
                throw new RequestException(StatusCodes.Status404NotFound, "A study can be paused, resumed, cancelled and removed.");
            await view.ActAsync(study, what, cancellation);
            return Results.NoContent();
        });
        return app;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClusterLook))]
[JsonSerializable(typeof(IReadOnlyList<PieceLook>))]
internal sealed partial class ClusterJson : JsonSerializerContext;
