using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a forecast of several series: a line a series, as many as are seen at once, and one for all.</summary>
internal static class PanelTable
{
    private const int LongestKey = 24;

    /// <summary>Stands below the table.</summary>
    public const string Legend = "Skill is 1 − RMSE ÷ naive RMSE, and \"vs best\" the same with the best baseline of the series, picked with hindsight. The last line holds means of the RMSSE, the RMSE in units of the training rows' changes from row to row, and the skill of these means. \"In 80 %\" is the share of test rows inside intervals that are to hold 80 % of them.";

    public const string IntervalLegend = "Measured: the share of test rows inside, mean over the series, and of the series where it is lowest. Widths and scores are in units of the training rows' mean change, mean over the series. Winkler score and pinball loss: the lower the better.";

    /// <param name="plan">The series and what was predicted before.</param>
    /// <param name="score">What is shown.</param>
    /// <param name="width">The characters of a line, which the table keeps to as far as its figures can be written so short.</param>
    /// <param name="most">The most series that are shown.</param>
    public static string Text(ForecastPanelPlan plan, PanelScore score, int width, int most)
    {
        PanelComparison comparison = plan.Comparison;
        bool isSeasonal = comparison.Baselines.Any(each => each.SeasonalNaive is not null);
        string[] headings = [plan.Panel.SeriesColumn, "Naive\nRMSE", "Seasonal\nnaive", $"{score.Name}\nRMSE", "Skill", "Best\nbaseline", "Its\nRMSE", "Skill\nvs best", "In\n80 %", "In\n95 %", "Winkler\n80 %"];
        string[] spare = ["Winkler\n80 %", "In\n95 %", "In\n80 %", "Seasonal\nnaive", "Its\nRMSE"];
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
            Measured(score, 0.8),
            Measured(score, 0.95),
            score.Intervals.FirstOrDefault(interval => interval.Step == 1) is { } held ? Mean(held.Winkler) : FigureTable.None,
        ];
        if (!isSeasonal)
        {
            spare = [.. spare.Where(heading => heading != headings[2])];
            headings = Without(headings);
            lines = Array.ConvertAll(lines, Without);
            total = Without(total);
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
            Held(score, 0.8) is { } most ? FigureTable.Share(most.Coverage) : FigureTable.None,
            Held(score, 0.95) is { } nearly ? FigureTable.Share(nearly.Coverage) : FigureTable.None,
            Held(score, 0.8) is { } judged ? FigureTable.Figure(judged.Winkler, naive) : FigureTable.None,
        ];
    }

    /// <summary>How often intervals held the actual value: those of the networks, the naive forecast and the best single baseline.</summary>
    public static string Intervals(PanelComparison comparison, PanelScore score, int width)
    {
        static string[] Row(PanelScore score, PanelIntervalScore interval) =>
        [
            score.Name, interval.Step.ToString(CultureInfo.InvariantCulture), FigureTable.Share(interval.Level), FigureTable.Share(interval.Coverage), FigureTable.Share(interval.LowestCoverage), Mean(interval.Width), Mean(interval.Winkler), Mean(interval.Pinball),
        ];
        static string[][] Rows(PanelScore score) => [.. score.Intervals.Select(interval => Row(score, interval))];
        PanelScore[] baselines = [.. new[] { comparison.Naive, comparison.BestBaseline, comparison.BestOfEach }.DistinctBy(each => each.Name)];
        return FigureTable.Text(
            ["Intervals", "Rows\nahead", "Nominal", "Measured", "Lowest", "Mean\nwidth", "Winkler\nscore", "Pinball\nloss"],
            ["Pinball\nloss", "Mean\nwidth"],
            [Rows(score), [.. baselines.SelectMany(Rows)]],
            width);
    }

    private static IntervalScore? Held(SeriesScore score, double level) => score.Intervals.FirstOrDefault(interval => interval.Step == 1 && interval.Level == level);

    private static string Measured(PanelScore score, double level) =>
        score.Intervals.FirstOrDefault(interval => interval.Step == 1 && interval.Level == level) is { } held ? FigureTable.Share(held.Coverage) : FigureTable.None;

    private static string[] Without(string[] cells) => [.. cells[..2], .. cells[3..]];

    private static string Mean(double rmsse) => rmsse.ToString(rmsse < 1e6 ? "0.0000" : "0.000e+0", CultureInfo.InvariantCulture);

    /// <summary>A long key without its middle.</summary>
    public static string Short(string key)
    {
        string line = key.ReplaceLineEndings(" ");
        return line.Length <= LongestKey ? line : $"{line[..(LongestKey - 10)]}...{line[^7..]}";
    }
}
