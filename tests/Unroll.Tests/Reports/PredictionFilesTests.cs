using System.Globalization;
using Unroll.Forecasting;
using Unroll.Reports;
using Unroll.Tests.Forecasting;
using Xunit;

namespace Unroll.Tests.Reports;

/// <summary>Forecasts as CSV and JSON beside what was forecast.</summary>
public class PredictionFilesTests
{
    /// <summary>Of several series every line has the values and the intervals of its own part, origin and step.</summary>
    [Fact]
    public void Every_line_of_predictions_is_of_its_own_part()
    {
        using var files = new TestFiles();
        Comparison comparison = ReportSamples.Shops().Comparison;
        string path = Path.Combine(files.Folder, "predictions.csv");
        PredictionsCsv.Write(comparison, path);
        string[][] lines = [.. File.ReadLines(path).Select(line => line.Split(','))];
        ForecasterScore blend = comparison.Recommended!;
        var expected = new List<double[]>();
        for (int i = 0; i < blend.Parts.Count; i++)
        {
            PartForecast part = blend.Parts[i].Forecast;
            for (int origin = 0; origin < part.Origins; origin++)
            {
                for (int step = 1; step <= part.Steps; step++)
                {
                    PredictionInterval inner = part.Interval(origin, step, 0.8)!.Value, outer = part.Interval(origin, step, 0.95)!.Value;
                    IEnumerable<double> values = comparison.Scores.Select(score => score.Parts[i].Forecast[origin, step]);
                    expected.Add([part.Actual(origin, step), .. values, inner.Lower, inner.Upper, outer.Lower, outer.Upper]);
                }
            }
        }

        Assert.True(blend.Parts.Count > 1);
        Assert.Equal(
            expected, lines[1..].Select(line => Array.ConvertAll(line[5..], cell => double.Parse(cell, CultureInfo.InvariantCulture))));
    }

    /// <summary>Rows to come may be in the table already, without a value.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void The_naive_forecast_is_the_newest_value_that_is_known(int coming)
    {
        TimeSeries series = MadeTables.Days([1, 2, 7, .. Enumerable.Repeat(double.NaN, coming)]);
        PartForecast forecast = PartForecast.OfRowsToCome(new Part("", "x"), series, [5, 6]);
        PartPredictionJson json = PartPredictionJson.Of(SeriesSet.Of(series), forecast);
        Assert.Equal((7, "2015-01-07"), (json.Naive, json.After));
        Assert.Equal([("2015-01-08", 1, 5.0), ("2015-01-09", 2, 6.0)], json.Ahead.Select(row => (row.Date, row.Step, row.Value)));
    }
}
