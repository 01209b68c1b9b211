using System.Globalization;

namespace Unroll.Forecasting;

/// <summary>
/// Sines and cosines of a period and of its whole fractions, sin(2πk·t/P) and cos(2πk·t/P) for k = 1..K, 2·K numbers of a row at the place
/// t: a season of any length, also one that is no whole number of rows or that the calendar does not know (Hyndman and Athanasopoulos,
/// fpp3, section 7.4). Times are days since the beginning of 2000; rows that are numbered have their numbers, so that P is in those.
/// </summary>
/// <example><code>
/// var inputs = new ForecastInputs { Own = [new FourierTerms(365.25, 3), new FourierTerms(29.530588, 1)] };
/// var task = new ForecastTask(rows, new TaskOptions { Targets = ["level"], Inputs = inputs });
/// </code></example>
public sealed record FourierTerms : ForecastInput
{
    internal const string KindInFiles = "fourier";
    private const int MostHarmonics = 1000, Digits = 9;

    /// <param name="period">P, above 0: days, or of rows that are numbered a difference of numbers.</param>
    /// <param name="harmonics">K, 1 to 1000. More than half of the rows of a period say nothing that fewer do not.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The period is no finite number above 0, or the harmonics are too few or too many.
    /// </exception>
    public FourierTerms(double period, int harmonics)
    {
        if (!(period > 0 && double.IsFinite(period)))
            throw new ArgumentOutOfRangeException(nameof(period), period, "A period is a finite number above 0: 365.25 days for a year.");
        if (harmonics is < 1 or > MostHarmonics)
            throw new ArgumentOutOfRangeException(nameof(harmonics), harmonics, $"There are 1 to {MostHarmonics} harmonics.");
        (Period, Harmonics) = (period, harmonics);
    }

    /// <summary>P.</summary>
    public double Period { get; }

    /// <summary>K.</summary>
    public int Harmonics { get; }

    public override string Kind => KindInFiles;

    public override string Name => FormattableString.Invariant($"{Harmonics} waves of period {Period}");

    public override string Settings => FormattableString.Invariant($"{Period:R} {Harmonics}");

    public override int Count => 2 * Harmonics;

    public override Contribution Contribution => Contribution.Season;

    public override void Write(InputRows rows, int row, Span<double> numbers)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double turns = rows.Place(row) / Period;
        turns -= Math.Floor(turns);
        for (int k = 1; k <= Harmonics; k++)
        {
            // What is 0 but for rounding in every row would be scaled up to noise.
            (double sine, double cosine) = double.SinCosPi(2 * k * turns);
            numbers[2 * k - 2] = Math.Round(sine, Digits);
            numbers[2 * k - 1] = Math.Round(cosine, Digits);
        }
    }

    /// <summary>One from its settings.</summary>
    /// <exception cref="UnrollException">They are none.</exception>
    internal static FourierTerms Parse(string settings) => settings.Split(' ') is [var period, var harmonics]
        && double.TryParse(period, NumberStyles.Float, CultureInfo.InvariantCulture, out double length)
        && int.TryParse(harmonics, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? new FourierTerms(length, count)
            : throw new UnrollException("its waves have no period and number of harmonics");
}
