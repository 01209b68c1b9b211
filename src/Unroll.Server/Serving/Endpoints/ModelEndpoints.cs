using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Unroll.Server.Serving;

/// <summary>GET /models, GET /models/{name}, POST /models/{name}/predict.</summary>
internal sealed class ModelEndpoints(ModelFolder folder, RequestBody body, ServeMetrics metrics)
{
    private static readonly RequestBody.Reading<NetworkContent, PendingRows> s_json = PredictBody.ReadJson, s_csv = PredictBody.ReadCsv;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/models", (RequestDelegate)List);
        routes.MapGet("/models/{name}", (RequestDelegate)One);
        routes.MapPost("/models/{name}/predict", (RequestDelegate)PredictAsync);
    }

    /// <summary>The value of a part of the route.</summary>
    public static string Route(HttpContext context, string part) => (string)context.Request.RouteValues[part]!;

    private Task List(HttpContext context)
    {
        JsonAnswer.Write(context, folder, static (json, folder) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("models");
            foreach (FolderFile file in folder.All)
                WriteModel(json, file);
            json.WriteEndArray();
            json.WriteStartArray("not_served");
            foreach ((string file, string reason) in folder.Refused)
            {
                json.WriteStartObject();
                json.WriteString("file", file);
                json.WriteString("reason", reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private Task One(HttpContext context)
    {
        JsonAnswer.Write(context, folder[Route(context, "name")], WriteModel);
        return Task.CompletedTask;
    }

    private async Task PredictAsync(HttpContext context)
    {
        FolderFile file = folder[Route(context, "name")];
        long begin = metrics.Begin();
        switch (file.Content)
        {
            case NetworkContent { Batcher.IsFull: true }:
                await Gate.RefuseAsync(context, metrics).ConfigureAwait(false);
                return;
            case NetworkContent network:
                await PredictAsync(context, file, network).ConfigureAwait(false);
                break;
            case ForecasterContent forecaster:
                await PredictAsync(context, file, forecaster).ConfigureAwait(false);
                break;
            case GraphContent:
                throw new RequestException(
                    409, $"{file.Name} is a graph whose values have types and shapes of their own. Ask it by POST "
                        + $"/v2/models/{file.Name}/infer.");
        }

        metrics.CountAnswer(file.Name, "predict", begin);
    }

    private async Task PredictAsync(HttpContext context, FolderFile file, NetworkContent network)
    {
        bool isCsv = MediaTypes.IsCsv(context.Request);
        if (!isCsv)
            MediaTypes.RequireJson(context.Request);
        if (context.Request.Query.Count > 0)
            throw new RequestException(400, "A network takes no query. Leave what follows the question mark out.");
        using PendingRows rows = await body.ReadAsync(context, network, isCsv ? s_csv : s_json).ConfigureAwait(false);
        try
        {
            await network.Batcher.RunAsync(rows).ConfigureAwait(false);
        }
        catch (RequestException failure) when (failure.Status == StatusCodes.Status429TooManyRequests)
        {
            throw Full();
        }

        rows.RequireFinite(network);
        JsonAnswer.Write(context, (file, network, rows), static (json, all) =>
        {
            (FolderFile file, NetworkContent network, PendingRows rows) = all;
            json.WriteStartObject();
            json.WriteString("model"u8, file.Name);
            json.WriteString("version"u8, network.Version);
            json.WritePropertyName("outputs"u8);
            if (network.Outputs.Count == 1)
            {
                WriteOutput(json, network, rows, 0);
            }
            else
            {
                json.WriteStartObject();
                for (int i = 0; i < network.Outputs.Count; i++)
                {
                    json.WritePropertyName(network.Outputs[i].Name);
                    WriteOutput(json, network, rows, i);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private async Task PredictAsync(HttpContext context, FolderFile file, ForecasterContent forecaster)
    {
        var query = new ForecastQuery(context.Request.Query, fits: false);
        TableBody table = await TableBody.ReadAsync(context, body).ConfigureAwait(false);
        using Gate.Place place = await forecaster.Gate.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        ForecasterAnswer answer = await Task.Run(() => Forecasts.Predict(file.Name, forecaster, table, query)).ConfigureAwait(false);
        JsonAnswer.Write(context, answer, static (json, answer) => JsonSerializer.Serialize(json, answer,
            ServeJson.Default.ForecasterAnswer));
    }

    private RequestException Full()
    {
        metrics.Refused("queue");
        return Gate.Full();
    }

    private static void WriteOutput(Utf8JsonWriter json, NetworkContent network, PendingRows rows, int number)
    {
        Shape shape = network.OutputShapes[number];
        Span<int> extents = stackalloc int[shape.Rank + 1];
        extents[0] = rows.Rows;
        for (int i = 0; i < shape.Rank; i++)
            extents[i + 1] = shape[i];
        json.WriteNested(rows.Output(network, number), extents);
    }

    private static void WriteModel(Utf8JsonWriter json, FolderFile file)
    {
        json.WriteStartObject();
        json.WriteString("name", file.Name);
        json.WriteString("file", Path.GetFileName(file.Path));
        json.WriteBoolean("ready", file.IsLoaded);
        if (file.IsLoaded)
        {
            ServedContent content = file.Content;
            json.WriteString("kind", content.Kind);
            json.WriteString("version", content.Version);
            if (file.LoadedAt is { } loaded)
                json.WriteString("loaded_at", loaded.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            if (content.Parameters is { } parameters)
                json.WriteNumber("parameters", parameters);
            if (content is ForecasterContent { Forecaster: var forecaster })
                WriteForecaster(json, forecaster);
            else
                WriteTensors(json, content);
        }

        if (file.Error is { } error)
            json.WriteString("error", error);
        json.WriteEndObject();
    }

    private static void WriteForecaster(Utf8JsonWriter json, Forecasting.PartsForecaster forecaster)
    {
        json.WriteString("forecaster", forecaster.Key);
        json.WriteNumber("horizon", forecaster.Horizon);
        json.WriteNumber("window", forecaster.Window);
        json.WriteString("frequency", forecaster.FrequencyName);
        WriteNames(json, "targets", forecaster.Targets);
        WriteNames(json, "past_inputs", forecaster.Needed.Past);
        WriteNames(json, "known_inputs", forecaster.Needed.Known);
        json.WriteString("series_column", forecaster.SeriesColumn);
    }

    private static void WriteNames(Utf8JsonWriter json, string what, IEnumerable<string> names)
    {
        json.WriteStartArray(what);
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    /// <summary>Inputs and outputs, as KServe describes them too.</summary>
    public static void WriteTensors(Utf8JsonWriter json, ServedContent content)
    {
        WriteTensors("inputs", content.Inputs);
        WriteTensors("outputs", content.Outputs);

        void WriteTensors(string what, IReadOnlyList<TensorInfo> tensors)
        {
            json.WriteStartArray(what);
            foreach (TensorInfo tensor in tensors)
            {
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteString("datatype", tensor.DataType);
                json.WriteStartArray("shape");
                foreach (int extent in tensor.Shape ?? [])
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }
}
