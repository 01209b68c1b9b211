using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Tests.Forecasting.Conformance;

/// <summary>An input, and its numbers of a place: days since the beginning of 2000, or the number of a row.</summary>
internal sealed record InputCase(ForecastInput Input, Func<double, double[]> Expected);

/// <summary>
/// The table of inputs that forecasters may be given. A new one of the library is one more row; a test fails where it has none.
/// </summary>
internal static class InputCases
{
    public static readonly Dictionary<string, InputCase> All = new()
    {
        ["Fourier terms"] = new(new FourierTerms(29.530588, 2), place => Waves(29.530588, 2, place)),
        ["Fourier terms of whole rows"] = new(new FourierTerms(11, 1), place => Waves(11, 1, place)),
        ["as a user writes it"] = new(new Beat(11), place => [(int)place % 11 < 4 ? 1 : 0]),
    };

    static InputCases() => ForecastKinds.Register("beat", settings => new Beat(int.Parse(settings, CultureInfo.InvariantCulture)));

    private static double[] Waves(double period, int harmonics, double place) =>
        [.. Enumerable.Range(1, harmonics)
            .SelectMany(k => new[] { Math.Sin(2 * Math.PI * k * place / period), Math.Cos(2 * Math.PI * k * place / period) })];

    /// <summary>4 days of so many.</summary>
    private sealed record Beat(int Days) : ForecastInput
    {
        public override string Kind => "beat";

        public override string Name => $"the beat of {Days} days";

        public override string Settings => Days.ToString(CultureInfo.InvariantCulture);

        public override void Write(InputRows rows, int row, Span<double> numbers) => numbers[0] = (int)rows.Place(row) % Days < 4 ? 1 : 0;
    }
}
