using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Unroll.Server.Serving;

/// <summary>POST, GET and DELETE of /models/{name}/sequences/{id}, and the list of them.</summary>
internal sealed class SequenceEndpoints(ModelFolder folder, Sequences sequences, RequestBody body, ServeMetrics metrics)
{
    private const int LongestId = 128;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/models/{name}/sequences", (RequestDelegate)List);
        routes.MapGet("/models/{name}/sequences/{id}", (RequestDelegate)One);
        routes.MapPost("/models/{name}/sequences/{id}", (RequestDelegate)StepAsync);
        routes.MapDelete("/models/{name}/sequences/{id}", (RequestDelegate)Delete);
    }

    /// <exception cref="RequestException">It could not stand in an address.</exception>
    public static string RequireId(string id) => id.Length is > 0 and <= LongestId && !id.AsSpan().ContainsAnyExcept(s_ids)
        ? id
        : throw new RequestException(400, $"The id of a sequence has 1 to {LongestId} letters, digits and signs of - . _ ~ : @.");

    /// <exception cref="RequestException">The model is no network.</exception>
    public static NetworkContent NetworkOf(FolderFile file) => file.Content as NetworkContent
        ?? throw new RequestException(409, $"{file.Name} is a {file.Content.Kind}. Sequences are kept for networks alone.");

    private static readonly SearchValues<char> s_ids =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:@");

    private async Task StepAsync(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        string id = RequireId(ModelEndpoints.Route(context, "id"));
        long begin = metrics.Begin();
        NetworkContent network = NetworkOf(file);
        MediaTypes.RequireJson(context.Request);
        long? step = StepOf(context.Request.Query);
        using var place = new ReadObservation();
        await body.ReadAsync(context, place.Values, ReadObservation.Read).ConfigureAwait(false);
        StepAnswer answer = sequences.Step(file.Name, network, id, place.Values.Values, step, (stream, output) => new StepAnswer(
            file.Name, network, id, stream.Steps, output, [.. stream.Graph.Built.Outputs.Select(shape => shape.Size)]));
        if (Array.Exists(answer.Output, value => !float.IsFinite(value)))
            throw new RequestException(
                422, "The network's prediction is no finite number. The step has been taken; DELETE the sequence to begin anew.");
        JsonAnswer.Write(context, answer, static (json, answer) => answer.Write(json));
        metrics.CountAnswer(file.Name, "step", begin);
    }

    private Task List(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        JsonAnswer.Write(context, sequences.All(file.Name), static (json, all) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("sequences");
            foreach (Sequence each in all)
                Write(json, each);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return Task.CompletedTask;
    }

    private Task One(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        JsonAnswer.Write(context, sequences.Find(file.Name, RequireId(ModelEndpoints.Route(context, "id"))), Write);
        return Task.CompletedTask;
    }

    private Task Delete(HttpContext context)
    {
        FolderFile file = folder[ModelEndpoints.Route(context, "name")];
        sequences.Delete(file.Name, RequireId(ModelEndpoints.Route(context, "id")));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Which step the request wants to take: a request that is sent twice takes one step then.</summary>
    private static long? StepOf(IQueryCollection query)
    {
        if (query.Count == 0)
            return null;
        return query is { Count: 1 } && query["step"] is [{ } text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step) && step > 0
            ? step
            : throw new RequestException(400, "The query of a step is ?step=N, the number of the step from 1, or nothing.");
    }

    private static void Write(Utf8JsonWriter json, Sequence sequence)
    {
        json.WriteStartObject();
        json.WriteString("id", sequence.Id);
        json.WriteNumber("steps", sequence.Steps);
        json.WriteString("last_used", sequence.LastUsed.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>The memory that an observation is read into.</summary>
    private sealed class ReadObservation : IDisposable
    {
        private readonly PendingRows _rows = PendingRows.Rent();

        public static RequestBody.Reading<TensorValues, int> Read { get; } = Of;

        public TensorValues Values => _rows.Input(0);

        public void Dispose() => _rows.Dispose();

        private static int Of(in ReadOnlySequence<byte> body, TensorValues values)
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = TensorValues.MostAxes });
            reader.Read();
            bool isObject = reader.TokenType == JsonTokenType.StartObject;
            if (isObject && (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("inputs"u8)
                || !reader.Read()))
                throw Expected();
            values.Read(ref reader, "The observation");
            if (values.Rank != 1 || (isObject && (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)))
                throw Expected();
            PredictBody.RequireEnd(ref reader);
            return values.Count;
        }

        private static RequestException Expected() =>
            new(400, "The body is one observation: an array of its numbers, or {\"inputs\": [...]}.");
    }

    /// <summary>What a step gave.</summary>
    private sealed record StepAnswer(string Model, NetworkContent Network, string Id, long Steps, float[] Output, int[] Sizes)
    {
        public void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("model"u8, Model);
            json.WriteString("version"u8, Network.Version);
            json.WriteString("id"u8, Id);
            json.WriteNumber("steps"u8, Steps);
            json.WritePropertyName("outputs"u8);
            if (Sizes.Length == 1)
            {
                json.WriteNested(Output, [Output.Length]);
            }
            else
            {
                json.WriteStartObject();
                int at = 0;
                for (int i = 0; i < Sizes.Length; i++)
                {
                    json.WritePropertyName(Network.Outputs[i].Name);
                    json.WriteNested(Output.AsSpan(at, Sizes[i]), [Sizes[i]]);
                    at += Sizes[i];
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}
