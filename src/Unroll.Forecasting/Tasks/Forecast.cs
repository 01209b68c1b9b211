namespace Unroll.Forecasting;

/// <summary>What was forecast: for each part rows with their own dates, values and one distribution.</summary>
public sealed class Forecast
{
    private readonly Dictionary<Part, PartForecast> _parts;

    /// <param name="parts">One a part, at least one.</param>
    /// <param name="leftOut">Series that could not be forecast.</param>
    /// <exception cref="ArgumentException">There is no part, or one twice.</exception>
    public Forecast(IReadOnlyList<PartForecast> parts, IReadOnlyList<LeftOut>? leftOut = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0)
            throw new ArgumentException("A forecast needs at least one part.", nameof(parts));
        (Parts, LeftOut) = (parts, leftOut ?? []);
        _parts = parts.ToDictionary(part => part.Part);
    }

    /// <summary>In the order of the series and, within one, of the targets.</summary>
    public IReadOnlyList<PartForecast> Parts { get; }

    /// <summary>Series that could not be forecast, each with the reason.</summary>
    public IReadOnlyList<LeftOut> LeftOut { get; }

    /// <summary>H, how many rows ahead.</summary>
    public int Steps => Parts[0].Steps;

    /// <summary>The forecast of a part.</summary>
    /// <exception cref="UnrollException">There is no forecast of it.</exception>
    public PartForecast this[Part part] => _parts.TryGetValue(part, out PartForecast? found)
        ? found
        : throw new UnrollException(
            $"There is no forecast of {part}. There are {NameList.Of([.. Parts.Select(each => each.Part.ToString())])}.");
}

/// <summary>A row that was forecast.</summary>
/// <param name="Date">When it is, or is to be expected.</param>
/// <param name="Step">1..H, how many rows after the origin.</param>
/// <param name="Value">In the target's units.</param>
/// <param name="Within80">Where it lies with a probability of 80 %; null where nothing could calibrate an interval.</param>
/// <param name="Within95">The same with 95 %.</param>
public readonly record struct ForecastRow(DateTime Date, int Step, double Value, PredictionInterval? Within80,
    PredictionInterval? Within95);
