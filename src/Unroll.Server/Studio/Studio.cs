using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Forecasting;

namespace Unroll.Server;

/// <summary>
/// A page on this machine where one drops a file, watches networks learn, sees how they are judged beside the naive forecast, and takes the
/// forecast away. Without an account, without a database, without a request to any other machine.
/// </summary>
public static class Studio
{
    /// <summary>The largest body but for files, in bytes.</summary>
    private const long MostJsonBytes = 1_000_000;

    /// <summary>Answers until the token, Ctrl+C or SIGTERM ends it; a run that is at work is then interrupted.</summary>
    /// <param name="options">Where, and what it allows.</param>
    /// <param name="say">Gets a line with the address once the page can be opened.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UnrollException">The address cannot be listened on, or the folder cannot be written to.</exception>
    public static async Task RunAsync(StudioOptions options, Action<string> say, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(say);
        WebApplication app = Create(options);
        if (options.File is { } file)
            await AddAsync(app.Services.GetRequiredService<DataStore>(), file, cancellationToken).ConfigureAwait(false);
        await WebServer.RunAsync(app, options, say, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="options">Where, and what it allows.</param>
    /// <param name="sizes">How much the networks of shapes learn; null for the usual.</param>
    internal static WebApplication Create(StudioOptions options, ShapeSizes? sizes = null)
    {
        string folder = Path.GetFullPath(options.Folder);
        WebApplicationBuilder builder = WebServer.CreateBuilder(options);
        builder.Services.ConfigureHttpJsonOptions(json => StudioJson.Configure(json.SerializerOptions));
        builder.Services.AddSingleton(_ =>
        {
            StateFolder.Require(folder);
            return new FolderLock(folder);
        });
        builder.Services.AddSingleton(_ => new DataStore(Path.Combine(folder, "data"), options.MostUploadBytes));
        builder.Services.AddSingleton(services => new RunStore(
            Path.Combine(folder, "runs"), services.GetRequiredService<DataStore>(), options.Threads,
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Unroll.Server")));
        builder.Services.AddShapes(Path.Combine(folder, "shapes"), sizes ?? ShapeSizes.Usual, options.Threads);
        WebApplication app = builder.Build();
        _ = app.Services.GetRequiredService<FolderLock>();
        app.UseProblems();
        app.UseStudioGuard(options);
        PageFiles.FromAssembly().Use(app);
        DataStore data = app.Services.GetRequiredService<DataStore>();
        RunStore runs = app.Services.GetRequiredService<RunStore>();
        app.Lifetime.ApplicationStopping.Register(runs.End);
        RouteGroupBuilder api = app.MapGroup("/api");
        api.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.CacheControl = "no-store";
            return next(context);
        });
        MapData(api, data, options);
        MapRuns(api, runs, app.Lifetime.ApplicationStopping);
        api.MapShapes(app);
        return app;
    }

    /// <summary>Takes in the file that the studio begins with.</summary>
    private static async Task AddAsync(DataStore data, string path, CancellationToken cancellation)
    {
        FileStream file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
            _ = await data.AddAsync(Path.GetFileName(path), file, new DataReading(), cancellation).ConfigureAwait(false);
    }

    private static void MapData(RouteGroupBuilder api, DataStore data, StudioOptions options)
    {
        api.MapGet("/samples", () => Sample.All.Where(sample => File.Exists(sample.Path))
            .Select(sample => new SampleRow(sample.Name, $"{sample.Title}, {sample.Years}", Rows(sample.Path))));
        api.MapGet("/data", () => data.All.Select(each => each.Facts.View.Row));
        api.MapPost("/data", async (HttpContext context) =>
        {
            if (context.Request.ContentLength > options.MostUploadBytes)
                throw DataStore.TooLarge(options.MostUploadBytes);
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.MostUploadBytes + 1;
            IQueryCollection query = context.Request.Query;
            string name = query["name"] is [{ } given, ..] ? given : "data.csv";
            StoredData stored = await data.AddAsync(name, context.Request.Body, ReadingOf(query), context.RequestAborted)
                .ConfigureAwait(false);
            return stored.Facts.View;
        });
        api.MapPost("/data/sample/{name}", async (string name, HttpContext context) =>
            (await data.AddSampleAsync(name, context.RequestAborted).ConfigureAwait(false)).Facts.View);
        api.MapGet("/data/{id}", (string id) => data[id].Facts.View);
        api.MapGet("/data/{id}/points", (string id, string? series, string? columns, int? most) =>
        {
            StoredData stored = data[id];
            SeriesSet rows = data.Rows(stored);
            string key = series ?? rows.Keys[0];
            if (!rows.Keys.Contains(key))
                throw new RequestException(StatusCodes.Status404NotFound, $"{rows.Name} has no series \"{key}\".");
            string[] names = columns is { Length: > 0 } ? Columns(columns, rows) : [stored.Facts.View.Suggested.Target];
            return ThinnedRows.Of(rows[key], key, names, Math.Clamp(most ?? ThinnedRows.Usual, 2, ThinnedRows.Most));
        });
    }

    private static void MapRuns(RouteGroupBuilder api, RunStore runs, CancellationToken ending)
    {
        api.MapPost("/runs", async (HttpContext context) =>
        {
            RunSettings settings = await BodyAsync<RunSettings>(context).ConfigureAwait(false);
            return new RunId(runs.Start(settings).Id);
        });
        api.MapGet("/options", () => StudioChoices.All);
        api.MapGet("/runs", () => runs.All.Select(run => run.Row));
        api.MapGet("/runs/{id}", (string id) => runs[id].View());
        api.MapDelete("/runs/{id}", runs.Delete);
        api.MapGet("/runs/{id}/events", (string id, HttpContext context) => EventStream.SendAsync(context, runs[id].Events, ending));
        api.MapPost("/runs/{id}/pause", (string id) => runs[id].Pause());
        api.MapPost("/runs/{id}/resume", (string id) => runs[id].Resume());
        api.MapPost("/runs/{id}/stop", (string id) => runs[id].Stop());
        api.MapGet("/runs/{id}/epochs/{epoch:int}", (string id, int epoch, int? network) => runs[id].Epoch(epoch, network ?? 0));
        api.MapGet("/runs/{id}/windows", (string id) => runs[id].Live.Indices);
        api.MapGet("/runs/{id}/window", (string id, int? network, int? row, string? layer) => runs.Gates(id, network, row, layer));
        api.MapGet("/runs/{id}/model", (string id) => ModelView.Of(RunExport.Forecaster(runs[id])));
        api.MapGet("/runs/{id}/program", (string id) => RunProgram.Of(runs.PlanOf(runs[id].Given)));
        api.MapGet("/runs/{id}/export/{format}", (string id, string format) => RunExport.Of(runs[id], format));
        api.MapGet("/runs/{id}/explain", (string id) => runs[id] is var run && run.Read(Run.ExplanationName) is { } found ? found
            : throw run.NotYet());
    }

    internal sealed record RunId(string Id);

    /// <summary>A body of JSON.</summary>
    /// <exception cref="RequestException">There is none, or it is no such value.</exception>
    internal static async Task<T> BodyAsync<T>(HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostJsonBytes;
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, StudioJson.Options, context.RequestAborted)
                .ConfigureAwait(false)
                ?? throw new RequestException(StatusCodes.Status400BadRequest, "The body is null. Send an object.");
        }
        catch (JsonException wrong)
        {
            throw new RequestException(StatusCodes.Status400BadRequest,
                $"The body is not the JSON that is expected here{At(wrong)}. Send an object with the names that the page uses.");
        }

        static string At(JsonException wrong) => wrong.Path is { Length: > 0 and < 100 } path ? $", at {path}" : "";
    }

    /// <summary>The columns that are named with commas between; a name may hold commas itself.</summary>
    private static string[] Columns(string text, SeriesSet rows) =>
        rows.ColumnNames.Contains(text) ? [text] : [.. text.Split(',').Select(name => rows[rows.Keys[0]][name].Name).Distinct()];

    private static DataReading ReadingOf(IQueryCollection query)
    {
        string? Text(string name) => query[name] is [{ Length: > 0 } text, ..] ? text : null;
        return new DataReading
        {
            Series = Text("series"),
            Date = Text("date"),
            DateFormat = Text("date_format"),
            TimeZone = Text("timezone"),
            Decimal = Text("decimal"),
            Delimiter = Text("delimiter"),
            Skip = Text("skip") is not { } skip ? null
                : int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out int lines) ? lines
                : throw new RequestException(StatusCodes.Status400BadRequest,
                    $"skip is \"{skip}\". Give the number of lines before the header."),
            Sheet = Text("sheet"),
            Missing = query["na"] is { Count: > 0 } marks ? [.. marks.OfType<string>()] : null,
        };
    }

    /// <summary>The lines of a sample but its header.</summary>
    private static int Rows(string path) => File.ReadLines(path).Count() - 1;
}
