using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll;

/// <summary>Named numbers in a fixed order: metrics, or the losses of the outputs of a model. The default is empty.</summary>
/// <example><code>double accuracy = history.Epochs[^1].ValidationMetrics["accuracy"];</code></example>
[JsonConverter(typeof(NamedValuesConverter))]
public readonly struct NamedValues : IEquatable<NamedValues>
{
    private readonly string[]? _names;
    private readonly double[]? _values;
    private readonly int _from;

    /// <param name="names">Unique names.</param>
    /// <param name="values">One for each name.</param>
    /// <exception cref="ArgumentException">There are not as many values as names.</exception>
    public NamedValues(IReadOnlyList<string> names, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        (_names, _values) = ([.. names], [.. values]);
        if (_names.Length != _values.Length)
            throw new ArgumentException(
                $"{_names.Length} names were given for {_values.Length} values. Give one for each.", nameof(values));
    }

    /// <summary>A view of some of the values, which are not copied.</summary>
    internal NamedValues(string[] names, double[] values, int from) => (_names, _values, _from) = (names, values, from);

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => _names ?? [];

    /// <summary>How many there are.</summary>
    public int Count => _names?.Length ?? 0;

    /// <summary>The value of this name.</summary>
    /// <exception cref="ArgumentException">There is no such name; the message lists the names.</exception>
    public double this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Array.IndexOf(_names ?? [], name) is var at and >= 0
                ? _values![_from + at]
                : throw new ArgumentException(
                    $"There is no value {name}; there {(Count == 0 ? "are none" : $"are: {string.Join(", ", Names)}")}.", nameof(name));
        }
    }

    /// <summary>The value at a position, from 0.</summary>
    public double this[int index] => index >= 0 && index < Count
        ? _values![_from + index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} values.");

    /// <summary>The same names with the same values, NaN like NaN.</summary>
    public bool Equals(NamedValues other) =>
        Names.SequenceEqual(other.Names) && _values.AsSpan(_from, Count).SequenceEqual(other._values.AsSpan(other._from, Count));

    public override bool Equals(object? obj) => obj is NamedValues other && Equals(other);

    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _names![0], _values![_from]);

    public static bool operator ==(NamedValues left, NamedValues right) => left.Equals(right);

    public static bool operator !=(NamedValues left, NamedValues right) => !left.Equals(right);

    public override string ToString()
    {
        NamedValues own = this;
        return string.Join(", ", Names.Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{name} {own[i]:G6}")));
    }
}

/// <summary>A JSON object of numbers; NaN and infinities are strings.</summary>
internal sealed class NamedValuesConverter : JsonConverter<NamedValues>
{
    public override NamedValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Named values are an object of numbers.");
        var names = new List<string>();
        var values = new List<double>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            names.Add(reader.GetString()!);
            reader.Read();
            values.Add(reader.TokenType switch
            {
                JsonTokenType.Number => reader.GetDouble(),
                JsonTokenType.String when double.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out double value) => value,
                _ => throw new JsonException($"{names[^1]} is no number."),
            });
        }

        return new NamedValues(names, values);
    }

    public override void Write(Utf8JsonWriter writer, NamedValues value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        for (int i = 0; i < value.Count; i++)
        {
            if (double.IsFinite(value[i]))
                writer.WriteNumber(value.Names[i], value[i]);
            else
                writer.WriteString(value.Names[i], value[i].ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
    }
}

/// <summary>Rows of values of the same names, one after the other, in memory that is taken at once.</summary>
internal sealed class NamedRows(string[] names, int rows)
{
    private double[] _values = new double[Math.Max(1, names.Length * rows)];
    private int _used;

    public string[] Names => names;

    /// <summary>Puts a row behind the others.</summary>
    public NamedValues Add(ReadOnlySpan<double> row)
    {
        if (names.Length == 0)
            return default;
        if (_used + names.Length > _values.Length)
            (_values, _used) = (new double[_values.Length], 0);
        row.CopyTo(_values.AsSpan(_used));
        _used += names.Length;
        return new NamedValues(names, _values, _used - names.Length);
    }
}
