using System.Globalization;
using System.Text;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>
/// drivers.csv: a line a row to come, with what its forecast is made of, in the target's units; the contributions add up to the forecast.
/// Names of columns are a contract.
/// </summary>
internal static class DriversCsv
{
    /// <param name="parts">What the rows are made of.</param>
    /// <param name="future">The forecast, of the same parts.</param>
    /// <param name="isTable">Whether there is one series, which has no name.</param>
    public static string Of(IReadOnlyList<PartContributions> parts, Forecast future, bool isTable)
    {
        Contribution[] all = Enum.GetValues<Contribution>();
        var csv = new StringBuilder(isTable ? "" : "series,");
        csv.Append("target,date,step,").AppendJoin(',', all.Select(each => each.ToString().ToLowerInvariant())).Append(",forecast\n");
        foreach (PartContributions part in parts)
        {
            PartForecast forecast = future[part.Part];
            string name = (isTable ? "" : CsvCell.Text(part.Part.Series) + ",") + CsvCell.Text(part.Part.Target);
            foreach (RowContributions row in part.Rows)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{name},{forecast.Format(row.Date)},{row.Step}");
                foreach (Contribution each in all)
                    csv.Append(',').Append(CsvCell.Number(row[each]));
                csv.Append(',').Append(CsvCell.Number(forecast[0, row.Step])).Append('\n');
            }
        }

        return csv.ToString();
    }
}
