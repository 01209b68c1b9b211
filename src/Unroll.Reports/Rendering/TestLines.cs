using Unroll.Forecasting;

namespace Unroll.Reports.Rendering;

/// <summary>
/// What one part was and was forecast to be on the test rows. Of forecasts further than one row ahead those from every H-th origin are
/// shown, counted back from the last, so that they stand side by side: each begins at one of <paramref name="Starts"/>.
/// </summary>
/// <param name="Dates">Of the test rows.</param>
/// <param name="Actual">What came.</param>
/// <param name="Naive">The naive forecast.</param>
/// <param name="Values">Of each line the forecast.</param>
/// <param name="Within80">The interval of the forecast that the report is about; null where it has none.</param>
/// <param name="Starts">The rows where a forecast begins that the one before does not lead up to; empty where one row
/// ahead is forecast.</param>
internal sealed record TestLines(DateTime[] Dates, double[] Actual, double[] Naive, double[][] Values, Band? Within80, int[] Starts)
{
    public static TestLines Of(ForecastReport report, PartView view)
    {
        PartForecast forecast = view.Score!.Forecast;
        int steps = forecast.Steps, rows = forecast.Origins + steps - 1, rest = (forecast.Origins - 1) % steps;
        (int Origin, int Step) From(int row)
        {
            int origin = row < rest ? 0 : rest + ((row - rest) / steps * steps);
            return (origin, row - origin + 1);
        }

        double[] Each(Func<int, int, double> value) => [.. Enumerable.Range(0, rows).Select(From).Select(at => value(at.Origin, at.Step))];
        double[] Values(ForecasterScore score)
        {
            PartForecast own = score.Parts[view.Place].Forecast;
            return Each((origin, step) => own[origin, step]);
        }

        Band? band = null;
        if (forecast.HasIntervals)
        {
            band = Band.Empty(rows);
            for (int row = 0; row < rows; row++)
                band.Set(row, forecast.Interval(From(row).Origin, From(row).Step, 0.8));
        }

        return new TestLines(
            [.. Enumerable.Range(0, rows).Select(From).Select(at => forecast.Date(at.Origin, at.Step))],
            Each(forecast.Actual),
            Values(report.Comparison.Naive),
            [.. report.Lines.Select(Values)],
            band,
            steps == 1 ? [] : [.. Enumerable.Range(1, rows - 1).Where(row => From(row).Step == 1)]);
    }

    /// <summary>The newest rows of these.</summary>
    public TestLines Newest(int count)
    {
        int from = Math.Max(0, Dates.Length - count);
        return from == 0 ? this : new TestLines(
            Dates[from..], Actual[from..], Naive[from..], Array.ConvertAll(Values, each => each[from..]),
            Within80 is null ? null : new Band(Within80.Lower[from..], Within80.Upper[from..]),
                [.. Starts.Where(row => row > from).Select(row => row - from)]);
    }
}
