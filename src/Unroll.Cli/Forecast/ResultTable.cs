using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>
/// The tables of a comparison: errors over the whole horizon, by step, intervals; a line a forecaster, the lowest error marked.
/// </summary>
internal static class ResultTable
{
    private static readonly int[] s_steps = [1, 2, 3, 5, 7, 14, 28, 48, 60, 90, 168, 180, 365];

    /// <summary>
    /// The columns that are left out where the terminal is narrow, one after the other: the naive error has a line of its own, time and
    /// parameters are in metrics.json too.
    /// </summary>
    private static string[] Spare(string measure) => [$"Naive\n{measure}", "Training\ntime", "Para-\nmeters", "MAPE"];

    /// <summary>Stands below the table of errors.</summary>
    public static string Legend(Comparison comparison) => comparison.Naive.IsSingle
        ? $"* the lowest {Measure(comparison)}{Over(comparison)}. {Skill(comparison)}"
        : $"* the lowest {Measure(comparison)}{Over(comparison)}: {ScaledName(comparison.Task.Metric)}, mean over the parts. "
            + $"{Skill(comparison)}";

    private static string Skill(Comparison comparison) =>
        $"Skill is 1 − {Measure(comparison)} ÷ naive {Measure(comparison)}, and \"vs best\" the same with the best baseline.";

    private static string ScaledName(ForecastMetric metric) => metric switch
    {
        ForecastMetric.Rmse => "the RMSE in units of each part's own changes from row to row in training",
        ForecastMetric.Smape => "the absolute error in percent of the mean of value and forecast",
        ForecastMetric.Crps => "the CRPS in units of each part's own mean change from row to row in training",
        _ => "the mean absolute error in units of each part's own mean change from row to row in training",
    };

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    public static string Text(Comparison comparison, int width)
    {
        double lowest = comparison.Scores.Min(score => score.Error), unit = comparison.Naive.Error;
        ForecasterScore best = comparison.Scores.First(score => score.Error == lowest);
        string[] common = ["Model", "Para-\nmeters", "Training\ntime"];
        ForecasterScore naive = comparison.Naive;
        string measure = naive.ErrorName, other = naive.OtherMetric.NameOf(naive.IsSingle);
        string[] single = [.. common, measure, other, "MAPE", $"Naive\n{measure}", "Skill", "Skill\nvs best"];
        string[] several = [.. common, measure, other, "Skill", "Skill\nvs best", "Beats\nnaive"];
        return comparison.Naive.IsSingle
            ? FigureTable.Text(single, Spare(measure), Groups(comparison, Single), width)
            : FigureTable.Text(several, Spare(measure), Groups(comparison, Several), width);

        string[] Single(ForecasterScore score) =>
        [
            .. Common(score),
            FigureTable.Figure(score.Error, unit),
            FigureTable.Figure(score.ErrorOf(score.OtherMetric), unit),
            FigureTable.Percent(score.Parts[0].Mape),
            FigureTable.Figure(unit, unit),
            FigureTable.Skill(score.Skill),
            FigureTable.Skill(score.SkillAgainstBest),
        ];

        string[] Several(ForecasterScore score) =>
        [
            .. Common(score),
            FigureTable.Figure(score.Error, unit),
            FigureTable.Figure(score.ErrorOf(score.OtherMetric), unit),
            FigureTable.Skill(score.Skill),
            FigureTable.Skill(score.SkillAgainstBest),
            score.Key == comparison.Naive.Key
                ? FigureTable.None
                : string.Create(CultureInfo.InvariantCulture, $"{score.PartsBeatNaive:N0} of {score.Parts.Count:N0}"),
        ];

        string[] Common(ForecasterScore score) =>
        [
            score.Key == best.Key ? score.Name + " *" : score.Name,
            score.Parameters == 0 ? FigureTable.None : score.Parameters.ToString("N0", CultureInfo.InvariantCulture),
            score.Kind == ForecasterKind.Network && score.FitTime > TimeSpan.Zero
                ? score.FitTime.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
                : FigureTable.None,
        ];
    }

    /// <summary>Errors by rows ahead, for some of the steps.</summary>
    public static string BySteps(Comparison comparison, int width)
    {
        int most = comparison.Steps;
        int[] steps = [.. s_steps.Where(step => step < most), most];
        string[] headings = [$"{Measure(comparison)}, rows ahead", .. steps.Select(step => step.ToString(CultureInfo.InvariantCulture))];
        string[] Row(ForecasterScore score) =>
            [score.Name, .. steps.Select(step => FigureTable.Figure(score.ErrorByStep[step - 1], comparison.Naive.Error))];
        return FigureTable.Text(headings, [.. headings.Skip(2).SkipLast(1).Reverse()], Groups(comparison, Row), width);
    }

    /// <summary>How often intervals held the actual value and how wide they are, and the CRPS; empty where nothing has intervals.</summary>
    public static string Intervals(Comparison comparison, int width)
    {
        double unit = comparison.Naive.IsSingle ? comparison.Naive.Error : 1;
        if (comparison.Scores.All(score => score.Crps is null))
            return "";
        double lowest = comparison.Scores.Min(score => score.Crps ?? double.PositiveInfinity);
        string[] Row(ForecasterScore score) =>
        [
            score.Name,
            score.Coverage(0.8) is { } most ? FigureTable.Share(most) : FigureTable.None,
            Figure(score.Width(0.8)),
            score.Coverage(0.95) is { } nearly ? FigureTable.Share(nearly) : FigureTable.None,
            Figure(score.Width(0.95)),
            Figure(score.Winkler(0.8)),
            score.Crps is { } crps ? (crps == lowest ? "* " : "") + Figure(crps) : FigureTable.None,
        ];
        string[] headings = ["Intervals", "In\n80 %", "Mean\nwidth 80 %", "In\n95 %", "Mean\nwidth 95 %", "Winkler\n80 %", "CRPS"];
        return FigureTable.Text(headings, ["Winkler\n80 %"], Groups(comparison, Row), width);

        string Figure(double? value) => value is { } figure ? FigureTable.Figure(figure, unit) : FigureTable.None;
    }

    /// <summary>Stands below the table of intervals.</summary>
    public static string IntervalLegend(Comparison comparison) =>
        "In 80 %: the share of test values inside intervals that are to hold 80 % of them. * the lowest CRPS, which judges middle and "
            + "spread "
        + "by one number."
        + (comparison.Naive.IsSingle ? "" : " Widths and scores are in units of each part's mean change from row to row in training.");

    /// <summary>
    /// A line a part: its naive error, that of the recommended forecast and of its best baseline, and how often intervals held.
    /// </summary>
    /// <param name="comparison">The judged forecasts.</param>
    /// <param name="score">What is shown beside the baselines.</param>
    /// <param name="width">The characters of a line.</param>
    /// <param name="most">The most parts that are shown.</param>
    public static string Parts(Comparison comparison, ForecasterScore score, int width, int most)
    {
        ForecastMetric metric = comparison.Task.Metric.ForOnePart();
        string measure = metric.NameOf(isSingle: true);
        string[] headings =
        [
            PartNames.Heading(comparison.Task), $"Naive\n{measure}", $"{score.Name}\n{measure}", "Skill", "Best\nbaseline",
            $"Its\n{measure}",
            "Skill\nvs best", "In\n80 %", "In\n95 %",
        ];
        int count = score.Parts.Count, shown = Math.Min(count, most);
        string[][] lines = [.. Enumerable.Range(0, shown).Select(Line)];
        if (shown < count)
        {
            string more = string.Create(CultureInfo.InvariantCulture, $"{count - shown:N0} more");
            lines = [.. lines, [more, .. Enumerable.Repeat("...", headings.Length - 1)]];
        }

        return FigureTable.Text(headings, ["In\n95 %", "In\n80 %", $"Its\n{measure}"], [lines], width);

        string[] Line(int i)
        {
            PartScore own = score.Parts[i];
            double naive = comparison.Naive.Parts[i].ErrorOf(metric);
            ForecasterScore best = comparison.Baselines.MinBy(each => each.Parts[i].ErrorOf(metric))!;
            return
            [
                PartNames.Short(comparison.Task, own.Part),
                FigureTable.Figure(naive, naive),
                FigureTable.Figure(own.ErrorOf(metric), naive),
                FigureTable.Skill(own.Skill),
                best.Name,
                FigureTable.Figure(best.Parts[i].ErrorOf(metric), naive),
                FigureTable.Skill(own.SkillAgainstBest),
                own.Coverage(0.8) is { } most ? FigureTable.Share(most) : FigureTable.None,
                own.Coverage(0.95) is { } nearly ? FigureTable.Share(nearly) : FigureTable.None,
            ];
        }
    }

    public static string Measure(Comparison comparison) => comparison.Naive.ErrorName;

    private static string Over(Comparison comparison) =>
        comparison.Steps == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" over 1 to {comparison.Steps:N0} rows ahead");

    /// <summary>The blend, then networks, then ridge regression and baselines; of these the naive forecast first.</summary>
    private static string[][][] Groups(Comparison comparison, Func<ForecasterScore, string[]> row)
    {
        string[][] Of(params ForecasterKind[] kinds) => [.. comparison.Scores.Where(score => kinds.Contains(score.Kind)).Select(row)];
        string[][][] groups = [Of(ForecasterKind.Blend), Of(ForecasterKind.Network), Of(ForecasterKind.Ridge, ForecasterKind.Baseline)];
        return [.. groups.Where(group => group.Length > 0)];
    }
}
