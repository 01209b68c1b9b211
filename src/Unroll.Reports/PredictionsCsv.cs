using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>
/// predictions.csv: a line for each part, origin and step ahead, with what came, what each forecaster said, and the ends of the intervals
/// of the recommended one. Names of columns are a contract.
/// </summary>
internal static class PredictionsCsv
{
    /// <summary>Writes the file line by line: of many series it is large.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(Comparison comparison, string path)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        using (var writer = new StreamWriter(stream, leaveOpen: true))
        {
            ForecasterScore? best = comparison.Recommended is { } blend && blend.Parts.Any(part => part.HasIntervals) ? blend : null;
            var csv = new StringBuilder("series,target,origin,date,step,actual");
            csv.AppendJoin("", comparison.Scores.Select(score => "," + CsvCell.Text(score.Key)));
            foreach (double level in best is null ? [] : PartScore.Levels)
                csv.Append(CultureInfo.InvariantCulture,
                    $",{CsvCell.Text($"{best!.Key}_lower_{100 * level:0}")},{CsvCell.Text($"{best.Key}_upper_{100 * level:0}")}");
            csv.Append('\n');
            for (int i = 0; i < comparison.Naive.Parts.Count; i++)
            {
                Append(csv, [.. comparison.Scores.Select(score => score.Parts[i].Forecast)], best?.Parts[i].Forecast);
                writer.Write(csv);
                csv.Clear();
            }
        }

        stream.Flush(flushToDisk: true);
    }

    private static void Append(StringBuilder csv, PartForecast[] forecasts, PartForecast? intervals)
    {
        PartForecast first = forecasts[0];
        string name = $"{CsvCell.Text(first.Part.Series)},{CsvCell.Text(first.Part.Target)}";
        for (int origin = 0; origin < first.Origins; origin++)
        {
            string from = first.Format(first.OriginDate(origin));
            for (int step = 1; step <= first.Steps; step++)
            {
                string date = first.Format(first.Date(origin, step)), actual = CsvCell.Number(first.Actual(origin, step));
                csv.Append(CultureInfo.InvariantCulture, $"{name},{from},{date},{step},{actual}");
                foreach (PartForecast forecast in forecasts)
                    csv.Append(',').Append(CsvCell.Number(forecast[origin, step]));
                if (intervals is not null)
                {
                    foreach (double level in PartScore.Levels)
                    {
                        PredictionInterval? interval = intervals.Interval(origin, step, level);
                        csv.Append(CultureInfo.InvariantCulture, $",{CsvCell.Number(interval?.Lower)},{CsvCell.Number(interval?.Upper)}");
                    }
                }

                csv.Append('\n');
            }
        }
    }
}
