using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a forecast's results: a line a network, then a line a baseline, the lowest RMSE marked.</summary>
internal static class ResultTable
{
    /// <summary>Stands below the table.</summary>
    public const string Legend = "* the lowest RMSE. Skill is 1 − RMSE ÷ naive RMSE, and \"vs best\" the same with the best baseline.";

    private static readonly string[] s_headings = ["Model", "Para-\nmeters", "Training\ntime", "RMSE", "MAE", "MAPE", "Naive\nRMSE", "Skill", "Skill\nvs best"];

    private static readonly int[] s_steps = [1, 2, 3, 5, 7, 14, 28, 60, 90, 180, 365];

    /// <summary>
    /// The columns that are left out where the terminal is narrow, one after the other: the naive RMSE has a line of its own, time and
    /// parameters were shown before.
    /// </summary>
    private static readonly string[] s_spare = ["Naive\nRMSE", "Training\ntime", "Para-\nmeters", "MAPE"];

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    public static string Text(ForecastPlan plan, int width)
    {
        Comparison comparison = plan.Comparison;
        double lowest = comparison.Scores.Append(comparison.BestBaseline).Min(score => score.Rmse);
        ForecastScore best = comparison.BestBaseline.Rmse == lowest ? comparison.BestBaseline : comparison.Scores.First(score => score.Rmse == lowest);
        string[] Row(ForecastScore score, INetworkForecaster? network) =>
        [
            ReferenceEquals(score, best) ? score.Name + " *" : score.Name,
            network is null ? FigureTable.None : (network.Members * network.Model.ParameterCount).ToString("N0", CultureInfo.InvariantCulture),
            network?.TrainingTime.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture) ?? FigureTable.None,
            FigureTable.Figure(score.Rmse, comparison.Naive.Rmse),
            FigureTable.Figure(score.Mae, comparison.Naive.Rmse),
            FigureTable.Percent(score.Mape),
            FigureTable.Figure(comparison.Naive.Rmse, comparison.Naive.Rmse),
            FigureTable.Skill(score.Skill),
            FigureTable.Skill(score.SkillAgainstBest),
        ];
        string[][] networks = [.. plan.Networks.Zip(comparison.Scores, (network, score) => Row(score, network))];
        string[][] baselines = [.. comparison.Baselines.Select(score => Row(score, null))];

        return FigureTable.Text(s_headings, s_spare, [networks, baselines], width);
    }

    /// <summary>RMSE by rows ahead, for some of the steps.</summary>
    public static string BySteps(Comparison comparison, int width)
    {
        int most = comparison.Steps;
        int[] steps = [.. s_steps.Where(step => step < most), most];
        string[] headings = ["RMSE, rows ahead", .. steps.Select(step => step.ToString(CultureInfo.InvariantCulture))];
        string[] Row(ForecastScore score) => [score.Name, .. steps.Select(step => FigureTable.Figure(score.RmseByStep[step - 1], comparison.Naive.Rmse))];
        return FigureTable.Text(headings, [.. headings.Skip(2).SkipLast(1).Reverse()], [[.. comparison.Scores.Select(Row)], [.. comparison.Baselines.Select(Row)]], width);
    }

    /// <summary>CRPS of the networks and of all baselines, the lowest of each column marked.</summary>
    public static string Crps(Comparison comparison, int width)
    {
        ForecastScore[] all = [.. comparison.Scores, .. comparison.Baselines];
        int[] steps = [.. all.SelectMany(score => score.Crps).Select(each => each.Step).Distinct().Order()];
        double? At(ForecastScore score, int step) => score.Crps.FirstOrDefault(each => each.Step == step)?.Value;
        string Cell(ForecastScore score, int step) => At(score, step) is not { } value
            ? FigureTable.None
            : (value == all.Min(each => At(each, step)) ? "* " : "") + FigureTable.Figure(value, comparison.Naive.Rmse);
        string[] Row(ForecastScore score) => [score.Name, .. steps.Select(step => Cell(score, step))];
        string[] headings = ["CRPS", .. steps.Select(step => step == 1 ? "1 row ahead" : string.Create(CultureInfo.InvariantCulture, $"{step} rows ahead"))];
        return FigureTable.Text(headings, [], [[.. comparison.Scores.Select(Row)], [.. comparison.Baselines.Select(Row)]], width);
    }

    /// <summary>How often intervals held the actual value.</summary>
    public static string Intervals(Comparison comparison, int width)
    {
        string[] Row(ForecastScore score, IntervalScore interval) =>
        [
            score.Name, interval.Step.ToString(CultureInfo.InvariantCulture), FigureTable.Share(interval.Level), FigureTable.Share(interval.Coverage), FigureTable.Figure(interval.Width, comparison.Naive.Rmse),
            FigureTable.Figure(interval.Winkler, comparison.Naive.Rmse), FigureTable.Figure(interval.Pinball, comparison.Naive.Rmse),
        ];
        string[][] Rows(IEnumerable<ForecastScore> scores) => [.. scores.SelectMany(score => score.Intervals.Select(interval => Row(score, interval)))];
        return FigureTable.Text(["Intervals", "Rows\nahead", "Nominal", "Measured", "Mean\nwidth", "Winkler\nscore", "Pinball\nloss"], ["Pinball\nloss", "Mean\nwidth"], [Rows(comparison.Scores), Rows([comparison.Naive])], width);
    }
}
