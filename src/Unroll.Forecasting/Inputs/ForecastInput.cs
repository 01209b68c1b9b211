using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Unroll.Forecasting;

/// <summary>
/// An input of your own: numbers that are known of every row beforehand, because they follow from its date or from known columns. Given in
/// <see cref="ForecastInputs.Own"/>, it is tried as the built-in groups of inputs are, by ridge regression on the newest training rows,
/// and kept where it pays; then networks see it too. It has its line in <see cref="InputImportance"/>, its share in
/// <see cref="PartsForecaster.Contributions"/>, and its name in sentences.
/// </summary>
/// <remarks>
/// The numbers need no scaling: they are brought to mean 0 and deviation 1 on the training rows. To save a forecaster that looks at one,
/// and to load it, <see cref="ForecastKinds"/> must know its kind. Two inputs are the same where their records are equal.
/// </remarks>
/// <example>
/// <code>
/// sealed record MoonPhase : ForecastInput
/// {
///     public override string Kind => "moon";
///     public override string Name => "the phase of the moon";
///     public override int Count => 2;
///
///     public override void Write(InputRows rows, int row, Span&lt;double&gt; numbers) =>
///         (numbers[0], numbers[1]) = Math.SinCos(2 * Math.PI * (rows.Dates[row] - new DateTime(2000, 1, 6)).TotalDays / 29.530588);
/// }
///
/// ForecastKinds.Register(() => new MoonPhase());
/// var options = new TaskOptions { Inputs = new ForecastInputs { Calendar = true, Own = [new MoonPhase()] } };
/// </code>
/// </example>
[JsonConverter(typeof(ForecastInputConverter))]
public abstract record ForecastInput
{
    /// <summary>What files call it.</summary>
    public abstract string Kind { get; }

    /// <summary>What sentences call it, for example "the phase of the moon"; unique in a task.</summary>
    public virtual string Name => Kind;

    /// <summary>Its settings as text, from which the registered function makes it again; empty for none.</summary>
    public virtual string Settings => "";

    /// <summary>The known columns that it reads; each is one of <see cref="ForecastInputs.Known"/>.</summary>
    public virtual IReadOnlyList<string> Columns => [];

    /// <summary>How many numbers it gives for a row, at least 1.</summary>
    public virtual int Count => 1;

    /// <summary>Under which contribution its share is shown.</summary>
    public virtual Contribution Contribution => Contribution.Columns;

    /// <summary>Writes the numbers of a row.</summary>
    /// <param name="rows">Dates and known columns of all rows, of those to come too.</param>
    /// <param name="row">From 0.</param>
    /// <param name="numbers"><see cref="Count"/> of them, all to be written; NaN counts as average, in rows to come of which
    /// nothing is known.</param>
    public abstract void Write(InputRows rows, int row, Span<double> numbers);

    /// <summary>The numbers of all rows, [Count][rows].</summary>
    /// <exception cref="UnrollException">A number of a row with a target is not finite.</exception>
    internal double[][] Numbers(InputRows rows, int told)
    {
        double[][] columns = [.. Enumerable.Range(0, Count).Select(_ => new double[rows.Count])];
        var numbers = new double[Count];
        for (int row = 0; row < rows.Count; row++)
        {
            Write(rows, row, numbers);
            for (int i = 0; i < numbers.Length; i++)
            {
                columns[i][row] = double.IsFinite(numbers[i]) || row >= told
                    ? numbers[i]
                    : throw new UnrollException(
                        string.Create(CultureInfo.InvariantCulture,
                            $"The input {Name} gives {numbers[i]} for {rows.Dates[row]:yyyy-MM-dd HH:mm}. ")
                        + "It must give a finite number for every row that has a target.");
            }
        }

        return columns;
    }
}

/// <summary>What an input of your own may read: rows of a series, those to come behind those that have a target.</summary>
public sealed class InputRows
{
    private static readonly DateTime s_day0 = new(2000, 1, 1);
    private readonly DateTime[] _dates;
    private readonly Dictionary<string, double[]> _columns;
    private readonly bool _isNumbered;

    internal InputRows(DateTime[] dates, bool isNumbered, IReadOnlyList<string> columns, Func<string, double[]> values)
    {
        (_dates, _isNumbered) = (dates, isNumbered);
        _columns = columns.ToDictionary(name => name, values, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>How many rows there are.</summary>
    public int Count => _dates.Length;

    /// <summary>When they are, oldest first.</summary>
    public ReadOnlySpan<DateTime> Dates => _dates;

    /// <summary>
    /// Where a row is, whatever row the table begins with: days and parts of days since the beginning of 2000, or its number where rows are
    /// numbered and have no dates.
    /// </summary>
    /// <param name="row">From 0.</param>
    public double Place(int row) => _isNumbered ? RowNumbers.ToNumber(_dates[row]) : (_dates[row] - s_day0).TotalDays;

    /// <summary>The values of a known column, NaN in rows to come of which nothing is said.</summary>
    /// <exception cref="ArgumentException">It is none of <see cref="ForecastInput.Columns"/>.</exception>
    public ReadOnlySpan<double> this[string column] => _columns.TryGetValue(column, out double[]? values)
        ? values
        : throw new ArgumentException(
            $"The input reads the column {column}, which is not among its Columns: "
            + $"{(_columns.Count == 0 ? "they are empty" : NameList.Of([.. _columns.Keys]))}.", nameof(column));
}

/// <summary>Kind and settings.</summary>
internal sealed class ForecastInputConverter : JsonConverter<ForecastInput>
{
    private const string Kind = "kind", Settings = "settings";

    public override ForecastInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? kind = null, settings = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = reader.GetString();
            reader.Read();
            (kind, settings) = name switch
            {
                Kind => (reader.GetString(), settings),
                Settings => (kind, reader.GetString()),
                _ => throw new JsonException($"an input has no {name}"),
            };
        }

        return ForecastKinds.Inputs.Find(kind ?? throw new JsonException("an input has no kind"))(settings ?? "");
    }

    public override void Write(Utf8JsonWriter writer, ForecastInput value, JsonSerializerOptions options)
    {
        ForecastKinds.Inputs.Require(value.Kind);
        writer.WriteStartObject();
        writer.WriteString(Kind, value.Kind);
        if (value.Settings.Length > 0)
            writer.WriteString(Settings, value.Settings);
        writer.WriteEndObject();
    }
}
