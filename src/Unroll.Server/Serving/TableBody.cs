using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Unroll.Forecasting;

namespace Unroll.Server.Serving;

/// <summary>A table in the body of a request: a file of any kind that is read elsewhere too, or rows as JSON objects.</summary>
internal sealed class TableBody
{
    private const string Expected = "This takes a table: an array of objects with the same names, as [{\"date\": \"2024-01-31\", "
        + "\"sales\": 5}, ...], with numbers, texts and null.";
    private const string Body = "the body";

    private readonly byte[] _file;
    private readonly bool _isJson;

    private TableBody(byte[] file, bool isJson) => (_file, _isJson) = (file, isJson);

    /// <summary>What is said of reading that rows as JSON have no use for.</summary>
    private static readonly string[] s_ofText = ["delimiter", "decimal", "skip", "sheet"];

    /// <exception cref="RequestException">It is said to be JSON, but holds no rows.</exception>
    public static async ValueTask<TableBody> ReadAsync(HttpContext context, RequestBody body)
    {
        bool isJson = MediaTypes.IsJson(context.Request);
        if (isJson && Array.Find(s_ofText, context.Request.Query.ContainsKey) is { } option)
            throw new RequestException(400, $"Rows as JSON have no {option}. Leave it out of the query, or send the table as text/csv.");
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
        int count = 0;
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Object)
                throw new RequestException(400, Expected);
            count++;
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
            if (names.Count == 1 && string.IsNullOrWhiteSpace(row.GetProperty(names[0]).ToString()))
                throw new RequestException(400, $"Row {count} has no value. Rows of one column are numbered, and one without a value would "
                    + "not count: give each a date or a number in a second column.");
            text.AppendJoin(',', row.EnumerateObject().Select(cell => CellOf(cell.Value))).Append('\n');
        }

        if (names.Count > 0 && names.TrueForAll(name => !name.Any(char.IsLetter)))
        {
            throw new RequestException(
                400, "The names of the rows have no letters, so that they would be read as values. Give names such as date and sales.");
        }

        return Encoding.UTF8.GetBytes($"{string.Join(',', names.Select(Quote))}\n{text}");
    }

    private static string CellOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => Quote(value.GetString()!),
        JsonValueKind.Null => "",
        _ => throw new RequestException(400, Expected),
    };

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
