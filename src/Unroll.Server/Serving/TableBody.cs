using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Unroll.Forecasting;

namespace Unroll.Server.Serving;

/// <summary>A table in the body of a request: a file of any kind that is read elsewhere too, or rows as JSON objects.</summary>
internal sealed class TableBody
{
    private const string Expected = "Rows are an array of objects with the same names, as [{\"date\": \"2024-01-31\", \"sales\": 5}, "
        + "...], with numbers, texts and null.";
    private const string Body = "the body";

    private readonly byte[] _file;
    private readonly bool _isJson;

    private TableBody(byte[] file, bool isJson) => (_file, _isJson) = (file, isJson);

    /// <exception cref="RequestException">It is said to be JSON, but holds no rows.</exception>
    public static async ValueTask<TableBody> ReadAsync(HttpContext context, RequestBody body)
    {
        bool isJson = MediaTypes.IsJson(context.Request);
        byte[] bytes = await body.ReadAsync(context, isJson, static (in ReadOnlySequence<byte> bytes, bool isJson) => isJson
            ? Csv(bytes) : bytes.ToArray())
            .ConfigureAwait(false);
        return new TableBody(bytes, isJson);
    }

    /// <summary>The table.</summary>
    /// <param name="series">The column that names the series; null for a table of one.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="UnrollException">It cannot be read, or has two readings.</exception>
    public SeriesSet Read(string? series, ReadOptions options)
    {
        if (_isJson)
            options = options with { Delimiter = ',', Decimal = '.' };
        using var stream = new MemoryStream(_file);
        return series is null ? SeriesSet.Of(TimeSeries.Read(stream, options, Body)) : SeriesSet.Read(stream, series, options, Body);
    }

    /// <summary>Rows as lines, with the names of all in the first.</summary>
    private static byte[] Csv(in ReadOnlySequence<byte> body)
    {
        using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new RequestException(400, Expected);
        var names = new List<string>();
        var text = new StringBuilder();
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Object)
                throw new RequestException(400, Expected);
            bool isFirst = names.Count == 0;
            int at = 0;
            foreach (JsonProperty cell in row.EnumerateObject())
            {
                if (isFirst)
                    names.Add(cell.Name);
                else if (at >= names.Count || cell.Name != names[at])
                    throw new RequestException(400, Expected);
                at++;
            }

            if (at == 0 || at != names.Count)
                throw new RequestException(400, Expected);
            text.AppendJoin(',', row.EnumerateObject().Select(cell => CellOf(cell.Value))).Append('\n');
        }

        return Encoding.UTF8.GetBytes($"{string.Join(',', names.Select(Quoted))}\n{text}");
    }

    private static string CellOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => Quoted(value.GetString()!),
        JsonValueKind.Null => "",
        _ => throw new RequestException(400, Expected),
    };

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
