using System.Text.Json;

namespace Unroll.Server.Serving;

/// <summary>Numbers and their extents, read out of nested arrays of JSON.</summary>
internal sealed class TensorValues
{
    public const int MostAxes = 8;

    private readonly int[] _extents = new int[MostAxes];
    private float[] _values = new float[256];

    public int Count { get; private set; }

    /// <summary>How deep the arrays are nested; 0 where nothing has been read.</summary>
    public int Rank { get; private set; }

    public int Capacity => _values.Length;

    public ReadOnlyMemory<float> Memory => _values.AsMemory(0, Count);

    public ReadOnlySpan<float> Values => _values.AsSpan(0, Count);

    public ReadOnlySpan<int> Extents => _extents.AsSpan(0, Rank);

    /// <summary>Where values are put in double precision, truth values as 1 and 0; null where single precision is enough.</summary>
    public List<double>? Exact { get; set; }

    /// <summary>Whether a truth value is among the values.</summary>
    public bool HasTruthValues { get; private set; }

    public string ShapeText => $"({string.Join(", ", Extents.ToArray())})";

    public void Clear() => (Count, Rank, Exact, HasTruthValues) = (0, 0, null, false);

    /// <exception cref="RequestException">It is not finite.</exception>
    public void Add(float value)
    {
        if (!float.IsFinite(value))
            throw NotFinite();
        if (Count == _values.Length)
            Array.Resize(ref _values, 2 * _values.Length);
        _values[Count++] = value;
    }

    /// <summary>Adds values that were found finite before.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        if (Count + values.Length > _values.Length)
            Array.Resize(ref _values, Math.Max(2 * _values.Length, Count + values.Length));
        values.CopyTo(_values.AsSpan(Count));
        Count += values.Length;
    }

    /// <summary>Says of values that were added one by one which extents they have.</summary>
    public void SetExtents(ReadOnlySpan<int> extents)
    {
        Rank = extents.Length;
        extents.CopyTo(_extents);
    }

    /// <summary>Reads nested arrays, the reader being at the first bracket; afterwards it is at the last.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="RequestException">They are ragged or empty, or hold something else than finite numbers.</exception>
    public void Read(ref Utf8JsonReader reader, string name)
    {
        (Count, Rank) = (0, 0);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new RequestException(400, $"{name} is an array of numbers, nested as its shape is.");
        Span<int> counts = stackalloc int[MostAxes];
        int depth = 0, leaf = 0;
        _extents.AsSpan().Fill(-1);
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    if (depth == MostAxes || (leaf > 0 && depth == leaf))
                        throw Ragged(name);
                    counts[depth++] = 0;
                    break;
                case JsonTokenType.EndArray:
                    int count = counts[--depth];
                    if (count == 0)
                        throw new RequestException(400, $"{name} has an empty array. Give at least one number in each.");
                    if (_extents[depth] < 0)
                        _extents[depth] = count;
                    else if (_extents[depth] != count)
                        throw Ragged(name);
                    if (depth == 0)
                    {
                        Rank = leaf;
                        return;
                    }

                    counts[depth - 1]++;
                    break;
                case JsonTokenType.Number:
                case JsonTokenType.True or JsonTokenType.False when Exact is not null:
                    if (leaf == 0)
                        leaf = depth;
                    if (depth != leaf)
                        throw Ragged(name);
                    HasTruthValues |= reader.TokenType != JsonTokenType.Number;
                    if (Exact is { } exact)
                        exact.Add(ExactOf(ref reader));
                    else
                        Add(reader.TryGetSingle(out float value) ? value : float.NaN);
                    counts[depth - 1]++;
                    break;
                default:
                    throw new RequestException(400, $"{name} has a {WordOf(reader.TokenType)} where a number is expected.");
            }
        }
        while (reader.Read());
        throw new RequestException(400, $"{name} has no end.");
    }

    /// <summary>How many rows of a shape these are: one, or a list of them.</summary>
    /// <exception cref="RequestException">They have another shape.</exception>
    public int RowsOf(Shape shape, string name)
    {
        if (Rank == 0)
            throw new RequestException(400, $"Input {name} of shape {shape} is missing.");
        bool isOne = Rank == shape.Rank;
        bool fits = isOne || Rank == shape.Rank + 1;
        for (int i = 0; fits && i < shape.Rank; i++)
            fits = _extents[isOne ? i : i + 1] == shape[i];
        return fits
            ? isOne ? 1 : _extents[0]
            : throw new RequestException(
                400, $"Input {name} is one array of shape {shape}, or a list of such, but one of shape {ShapeText} was given.");
    }

    private static double ExactOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number)
            return reader.TokenType == JsonTokenType.True ? 1 : 0;
        return reader.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw NotFinite();
    }

    private static RequestException NotFinite() =>
        new(400, "A value is no finite number (of single precision: at most 3.4e38). Leave such rows out, or fill them in first.");

    private static RequestException Ragged(string name) =>
        new(400, $"The arrays of {name} are of unequal lengths or depths. Give as many numbers in each, at most {MostAxes} deep.");

    private static string WordOf(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "truth value",
        JsonTokenType.String => "text",
        _ => "object",
    };
}
