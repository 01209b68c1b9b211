using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Reports;

/// <summary>future.csv, and what <c>unroll predict --csv</c> prints: a line a row to come. Names of columns are a contract.</summary>
internal static class FutureCsv
{
    public static string Of(Forecast forecast)
    {
        var csv = new StringBuilder("series,target,date,step,value,lower_80,upper_80,lower_95,upper_95\n");
        foreach (PartForecast part in forecast.Parts)
        {
            string name = $"{CsvCell.Text(part.Part.Series)},{CsvCell.Text(part.Part.Target)}";
            foreach (ForecastRow row in part.Rows())
            {
                csv.Append(CultureInfo.InvariantCulture, $"{name},{part.Format(row.Date)},{row.Step},{CsvCell.Number(row.Value)}");
                foreach (PredictionInterval? interval in (ReadOnlySpan<PredictionInterval?>)[row.Within80, row.Within95])
                    csv.Append(CultureInfo.InvariantCulture, $",{CsvCell.Number(interval?.Lower)},{CsvCell.Number(interval?.Upper)}");
                csv.Append('\n');
            }
        }

        return csv.ToString();
    }
}
