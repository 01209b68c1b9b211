using System.Globalization;
using System.Text;

namespace Unroll.Cli;

/// <summary>What <c>unroll predict --csv</c> prints: a line a row predicted. Names of columns are a contract.</summary>
internal static class PredictionCsv
{
    private const string Columns = "date,step,value,lower_80,upper_80,lower_95,upper_95,naive\n";

    /// <summary>Of several targets the first column names the target.</summary>
    public static string Of(PredictionJson[] predictions)
    {
        bool several = predictions.Length > 1;
        var csv = new StringBuilder((several ? "target," : "") + Columns);
        foreach (PredictionJson prediction in predictions)
            Lines(csv, several ? PanelCsv.Cell(prediction.Target) + "," : "", prediction.Ahead, prediction.Naive);
        return csv.ToString();
    }

    public static string Of(PanelPredictionJson prediction)
    {
        var csv = new StringBuilder(PanelCsv.Cell(prediction.SeriesColumn) + "," + Columns);
        foreach (SeriesPredictionJson series in prediction.Series)
            Lines(csv, PanelCsv.Cell(series.Series) + ",", series.Ahead, series.Naive);
        return csv.ToString();
    }

    /// <summary>A network without intervals leaves their cells empty.</summary>
    private static StringBuilder Lines(StringBuilder csv, string before, AheadJson[] ahead, double naive)
    {
        for (int i = 0; i < ahead.Length; i++)
        {
            AheadJson each = ahead[i];
            csv.Append(CultureInfo.InvariantCulture, $"{before}{each.Date},{i + 1}");
            foreach (double? value in (ReadOnlySpan<double?>)[each.Value, each.Lower80, each.Upper80, each.Lower95, each.Upper95, naive])
                csv.Append(CultureInfo.InvariantCulture, $",{value:R}");
            csv.Append('\n');
        }

        return csv;
    }
}
