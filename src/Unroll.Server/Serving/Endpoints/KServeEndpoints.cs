using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Unroll.Exchange;

namespace Unroll.Server.Serving;

/// <summary>The open inference protocol, version 2, that KServe, Triton and their clients speak: the part with JSON tensors.</summary>
internal sealed class KServeEndpoints(ModelFolder folder, RequestBody body, ServeMetrics metrics, Readiness readiness)
{
    private static readonly RequestBody.Reading<ServedContent, KServeRequest> s_read = KServeRequest.Read;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2", (RequestDelegate)Server);
        routes.MapGet("/v2/health/live", (RequestDelegate)(context => Say(context, "live", true)));
        routes.MapGet("/v2/health/ready", (RequestDelegate)(context => Say(context, "ready", readiness.IsReady)));
        routes.MapGet("/v2/models/{name}", (RequestDelegate)Model);
        routes.MapGet("/v2/models/{name}/ready", (RequestDelegate)Ready);
        routes.MapPost("/v2/models/{name}/infer", (RequestDelegate)InferAsync);
    }

    private static Task Say(HttpContext context, string what, bool value)
    {
        JsonAnswer.Write(
            context,
            (what, value),
            static (json, said) =>
            {
                json.WriteStartObject();
                json.WriteBoolean(said.what, said.value);
                json.WriteEndObject();
            },
            value ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        return Task.CompletedTask;
    }

    private Task Server(HttpContext context)
    {
        JsonAnswer.Write(context, 0, static (json, _) =>
        {
            json.WriteStartObject();
            json.WriteString("name", "unroll");
            json.WriteString("version", typeof(KServeEndpoints).Assembly.GetName().Version?.ToString(3));
            json.WriteStartArray("extensions");
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private Task Model(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        JsonAnswer.Write(context, (file.Name, file.Content), static (json, model) =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Name);
            json.WriteStartArray("versions");
            json.WriteStringValue(model.Content.Version);
            json.WriteEndArray();
            json.WriteString("platform", $"unroll_{model.Content.Kind}");
            ModelEndpoints.WriteTensors(json, model.Content);
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private Task Ready(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        JsonAnswer.Write(
            context,
            file,
            static (json, file) =>
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteBoolean("ready", file.IsLoaded);
                json.WriteEndObject();
            },
            file.IsLoaded ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        return Task.CompletedTask;
    }

    private async Task InferAsync(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        long begin = metrics.Begin();
        ServedContent content = file.Content;
        if (content is ForecasterContent)
            throw new RequestException(
                409, $"{file.Name} is a forecaster, which takes a table. Ask it by POST /models/{file.Name}/predict.");
        if (context.Request.Headers.ContainsKey("Inference-Header-Content-Length"))
            throw new RequestException(415, "Tensors are sent as JSON; binary data are not supported.");
        MediaTypes.RequireJson(context.Request);
        if (content is NetworkContent { Batcher.IsFull: true })
        {
            await Gate.RefuseAsync(context, metrics).ConfigureAwait(false);
            return;
        }

        using KServeRequest request = await body.ReadAsync(context, content, s_read).ConfigureAwait(false);
        if (content is NetworkContent network)
            await InferAsync(context, file.Name, network, request).ConfigureAwait(false);
        else
            await InferAsync(context, file.Name, (GraphContent)content, request).ConfigureAwait(false);
        metrics.CountAnswer(file.Name, "infer", begin);
    }

    private async Task InferAsync(HttpContext context, string name, NetworkContent network, KServeRequest request)
    {
        foreach ((int i, KServeTensor tensor) in request.Tensors.Index())
        {
            Shape shape = network.InputShapes[i];
            if (tensor.Values.Rank != shape.Rank + 1)
                throw new RequestException(
                    400, $"Input {tensor.Name} is of shape {network.Inputs[i].ShapeText}, but its shape is {tensor.Values.ShapeText} "
                        + $"here.");
        }

        request.Rows.Require(network);
        try
        {
            await network.Batcher.RunAsync(request.Rows).ConfigureAwait(false);
        }
        catch (RequestException failure) when (failure.Status == StatusCodes.Status429TooManyRequests)
        {
            throw Full();
        }

        request.Rows.RequireFinite(network);
        JsonAnswer.Write(context, (name, network, request), static (json, all) =>
        {
            (string name, NetworkContent network, KServeRequest request) = all;
            WriteHead(json, name, network, request);
            foreach (int number in request.Outputs)
            {
                WriteTensor(json, network.Outputs[number], [request.Rows.Rows, .. network.OutputShapes[number].ToArray()]);
                json.WriteStartArray("data"u8);
                foreach (float value in request.Rows.Output(network, number))
                    json.WriteNumberValue(value);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task InferAsync(HttpContext context, string name, GraphContent graph, KServeRequest request)
    {
        OnnxTensor[] inputs = [.. request.Tensors.Select((tensor, i) => GraphTensors.Of(tensor.Values, graph.Inputs[i]))];
        var outputs = new OnnxTensor?[graph.Outputs.Count];
        using Gate.Place place = await graph.Gate.EnterAsync(context.RequestAborted).ConfigureAwait(false);
        await Task.Run(() => graph.Model.Run(inputs, outputs, context.RequestAborted)).ConfigureAwait(false);
        JsonAnswer.Write(context, (name, graph, request, outputs), static (json, all) =>
        {
            (string name, GraphContent graph, KServeRequest request, OnnxTensor?[] outputs) = all;
            WriteHead(json, name, graph, request);
            foreach (int number in request.Outputs)
            {
                OnnxTensor value = outputs[number]!;
                WriteTensor(json, graph.Outputs[number], value.Shape);
                json.WritePropertyName("data"u8);
                GraphTensors.Write(json, value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private RequestException Full()
    {
        metrics.Refused("queue");
        return Gate.Full();
    }

    private static void WriteHead(Utf8JsonWriter json, string name, ServedContent content, KServeRequest request)
    {
        json.WriteStartObject();
        json.WriteString("model_name"u8, name);
        json.WriteString("model_version"u8, content.Version);
        if (request.Id is { } id)
            json.WriteString("id"u8, id);
        json.WriteStartArray("outputs"u8);
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorInfo info, IReadOnlyList<int> shape)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, info.Name);
        json.WriteString("datatype"u8, info.DataType);
        json.WriteStartArray("shape"u8);
        foreach (int extent in shape)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
    }
}
