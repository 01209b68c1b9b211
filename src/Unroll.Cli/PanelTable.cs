using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a forecast of several series: a line a series, as many as are seen at once, and one for all.</summary>
internal static class PanelTable
{
    private const int LongestKey = 24;

    /// <summary>Stands below the table.</summary>
    public const string Legend = "Skill is 1 − RMSE ÷ naive RMSE, and \"vs best\" the same with the best baseline of the series, picked with hindsight. The last line holds means of the RMSSE, the RMSE in units of the training rows' changes from row to row, and the skill of these means.";

    /// <param name="plan">The series and what was predicted before.</param>
    /// <param name="score">What is shown.</param>
    /// <param name="width">The characters of a line, which the table keeps to as far as its figures can be written so short.</param>
    /// <param name="most">The most series that are shown.</param>
    public static string Text(ForecastPanelPlan plan, PanelScore score, int width, int most)
    {
        PanelComparison comparison = plan.Comparison;
        bool isSeasonal = comparison.Baselines.Any(each => each.SeasonalNaive is not null);
        string[] headings = [plan.Panel.SeriesColumn, "Naive\nRMSE", "Seasonal\nnaive", $"{score.Name}\nRMSE", "Skill", "Best\nbaseline", "Its\nRMSE", "Skill\nvs best"];
        string[] spare = ["Seasonal\nnaive", "Its\nRMSE"];
        int count = comparison.Baselines.Count, shown = Math.Min(count, most);
        string[][] lines = [.. Enumerable.Range(0, shown).Select(s => Line(comparison.Baselines[s], score.Series[s]))];
        if (shown < count)
            lines = [.. lines, [string.Create(CultureInfo.InvariantCulture, $"{count - shown:N0} more"), .. Enumerable.Repeat("...", headings.Length - 1)]];
        double? seasonal = comparison.Baselines.All(each => each.SeasonalNaive is not null) ? comparison.Baselines.Average(each => each.SeasonalNaive!.Rmsse) : null;
        string[] total =
        [
            string.Create(CultureInfo.InvariantCulture, $"all {count:N0}, RMSSE"),
            Mean(comparison.Naive.Rmsse),
            seasonal is { } mean ? Mean(mean) : FigureTable.None,
            Mean(score.Rmsse),
            FigureTable.Skill(1 - (score.Rmsse / comparison.Naive.Rmsse)),
            "each its best",
            Mean(comparison.BestOfEach.Rmsse),
            FigureTable.Skill(1 - (score.Rmsse / comparison.BestOfEach.Rmsse)),
        ];
        if (!isSeasonal)
        {
            headings = Without(headings);
            lines = Array.ConvertAll(lines, Without);
            total = Without(total);
            spare = spare[1..];
        }

        return FigureTable.Text(headings, spare, [lines, [total]], width);
    }

    private static string[] Line(SeriesBaselines baselines, SeriesScore score)
    {
        double naive = baselines.Naive.Rmse;
        return
        [
            Short(score.Key),
            FigureTable.Figure(naive, naive),
            baselines.SeasonalNaive is { } seasonal ? FigureTable.Figure(seasonal.Rmse, naive) : FigureTable.None,
            FigureTable.Figure(score.Rmse, naive),
            FigureTable.Skill(score.Skill),
            baselines.Best.Name,
            FigureTable.Figure(baselines.Best.Rmse, naive),
            FigureTable.Skill(score.SkillAgainstBest),
        ];
    }

    private static string[] Without(string[] cells) => [.. cells[..2], .. cells[3..]];

    private static string Mean(double rmsse) => rmsse.ToString(rmsse < 1e6 ? "0.0000" : "0.000e+0", CultureInfo.InvariantCulture);

    /// <summary>A long key without its middle.</summary>
    private static string Short(string key)
    {
        string line = key.ReplaceLineEndings(" ");
        return line.Length <= LongestKey ? line : $"{line[..(LongestKey - 10)]}...{line[^7..]}";
    }
}
