using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The table of a backtest's results: a line a network, then a line a baseline, the lowest mean RMSE marked.</summary>
internal static class BacktestTable
{
    /// <summary>Stands below the table.</summary>
    public static string Legend(BacktestResult result)
    {
        bool isOne = result.Horizon == 1;
        string intervals = result.Levels.Count == 0 ? "" : " \"Inside\" is the share of values inside their intervals, beside the share that should be.";
        return $"* the lowest {(isOne ? "" : "mean ")}RMSE. Skill is 1 − RMSE ÷ naive RMSE{(isOne ? "" : ", of the means over the steps")}, and \"vs best\" the same with the best baseline.{intervals}";
    }

    /// <summary>The table in lines of at most <paramref name="width"/> characters, as far as its figures can be written so short.</summary>
    public static string Text(BacktestResult result, int width)
    {
        int h = result.Horizon;
        int[] steps = h switch { 1 => [], 2 or 3 => [.. Enumerable.Range(1, h)], _ => [1, (h + 1) / 2, h] };
        string[] stepHeadings = [.. steps.Select(step => FormattableString.Invariant($"RMSE\n{step} ahead"))];
        string[] insideHeadings = [.. result.Levels.Select(level => FormattableString.Invariant($"Inside\n{100 * level:0.##} %"))];
        string mean = h == 1 ? "RMSE" : "RMSE\nmean", mae = h == 1 ? "MAE" : "MAE\nmean", best = "Skill\nvs best";
        string[] headings = ["Model", .. stepHeadings, mean, mae, "Skill", best, .. insideHeadings];
        string[] spare = [mae, .. insideHeadings.SkipLast(1), .. stepHeadings.Skip(1).SkipLast(1), .. insideHeadings.TakeLast(1)];

        double lowest = result.Scores.Min(score => score.Rmse);
        // Of equal ones a baseline, which comes first.
        BacktestScore first = result.Scores.First(score => score.Rmse == lowest);
        string[] Row(BacktestScore score) =>
        [
            ReferenceEquals(score, first) ? score.Name + " *" : score.Name,
            .. steps.Select(step => FigureTable.Figure(score.Steps[step - 1].Rmse, result.Naive.Rmse)),
            FigureTable.Figure(score.Rmse, result.Naive.Rmse),
            FigureTable.Figure(score.Mae, result.Naive.Rmse),
            FigureTable.Skill(score.Skill),
            FigureTable.Skill(score.SkillAgainstBest),
            .. result.Levels.Select(level => score.Coverage(level) is { } share ? FormattableString.Invariant($"{100 * share:0.0} %") : FigureTable.None),
        ];
        return FigureTable.Text(headings, spare, [[.. result.Models.Select(Row)], [.. result.Baselines.Select(Row)]], width);
    }
}
